"""The environment variables that lead HTTPS clients to the sandbox instead of the network."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_LOOPBACK: Final = "127.0.0.1,localhost,::1"
_PROXIES: Final = ("https_proxy", "http_proxy", "all_proxy", "grpc_proxy", "no_proxy", "no_grpc_proxy")


def client_environment(url: str, roots: Path, state: Path, token: str) -> dict[str, str]:
    """The variables that the sandbox sets.

    The loopback is exempt: the Pulumi engine and its plugins use gRPC over it, and gRPC reads its own list of
    exemptions (``no_grpc_proxy``) before the general one. Plain HTTP goes to the proxy as well, which refuses it: a
    probe for the metadata service of a virtual machine then fails at once instead of waiting for the network.

    :param url: The proxy's URL.
    :param roots: The file of trusted roots, for OpenSSL and Go, for requests, for curl and for Node.
    :param state: The state file.
    :param token: The token of ``sandbox.test``.
    """
    return {
        "HTTPS_PROXY": url,
        "https_proxy": url,
        "HTTP_PROXY": url,
        "http_proxy": url,
        "NO_PROXY": _LOOPBACK,
        "no_proxy": _LOOPBACK,
        "no_grpc_proxy": _LOOPBACK,
        "SSL_CERT_FILE": str(roots),
        "REQUESTS_CA_BUNDLE": str(roots),
        "CURL_CA_BUNDLE": str(roots),
        "NODE_EXTRA_CA_CERTS": str(roots),
        # Node's own fetch uses a proxy only with this: https://nodejs.org/api/cli.html#node_use_env_proxy1
        "NODE_USE_ENV_PROXY": "1",
        "CROSSTENANT_SANDBOX": url,
        "CROSSTENANT_SANDBOX_STATE": str(state.resolve()),
        "CROSSTENANT_SANDBOX_TOKEN": token,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, with ``variables`` instead of its own proxies."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in _PROXIES}
    return {**kept, **variables}


def upstream_proxy() -> str | None:
    """The HTTPS proxy of this process's environment, which carries what is passed through."""
    return os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
