"""The service of the sandbox behind each host name, in every cloud."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.clouds import CLOUDS

CONTROL_HOST: Final = "sandbox.test"
_HOSTS: Final[dict[str, str]] = {
    **{
        host: service
        for cloud in CLOUDS.values()
        for service, hosts in (
            ("login", cloud.login_hosts),
            ("graph", (cloud.graph_host,)),
            ("arm", (cloud.arm_host,)),
            ("registry", (cloud.layer_host,)),
        )
        for host in hosts
    },
    CONTROL_HOST: "control",
}
_SUFFIXES: Final = {
    **{f".{cloud.registry_suffix}": "registry" for cloud in CLOUDS.values()},
    **{f".{cloud.issuer_domain}": "issuer" for cloud in CLOUDS.values()},
    **{f".{cloud.cluster_domain}": "kubernetes" for cloud in CLOUDS.values()},
}
# Where Pulumi's engine looks for a plugin that is not installed (sdk/go/common/workspace/plugins.go), and pip, which
# `pulumi install` and `pulumi package add` start, for a package.
_DOWNLOAD_HOSTS: Final = {"get.pulumi.com", "api.pulumi.com", "api.github.com", "github.com", "gitlab.com", "pypi.org"}


def service_of(host: str) -> str | None:
    """The service behind a host name (with or without a port): ``login``, ``graph``, ``arm``, ``registry``, ``issuer``,
    ``kubernetes`` or ``control``; None for a host that the sandbox does not emulate."""
    name = host.rsplit(":", 1)[0].lower().rstrip(".")
    return _HOSTS.get(name) or next((it for suffix, it in _SUFFIXES.items() if name.endswith(suffix)), None)


def is_download_host(host: str) -> bool:
    """Whether a host (with or without a port) is asked for plugins or packages that are not installed."""
    return host.rsplit(":", 1)[0].lower().rstrip(".") in _DOWNLOAD_HOSTS


def known_hosts() -> list[str]:
    """The hosts that the sandbox emulates, for a message."""
    return [*_HOSTS, *(f"*{suffix}" for suffix in _SUFFIXES)]
