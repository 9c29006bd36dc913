"""The service of the sandbox behind each host name."""

from __future__ import annotations

from typing import Final

CONTROL_HOST: Final = "sandbox.test"
_HOSTS: Final = {
    "login.microsoftonline.com": "login",
    "login.microsoft.com": "login",
    "login.windows.net": "login",
    "graph.microsoft.com": "graph",
    "management.azure.com": "arm",
    CONTROL_HOST: "control",
}
_REGISTRY_SUFFIX: Final = ".azurecr.io"
# Where Pulumi's engine looks for a plugin that is not installed (sdk/go/common/workspace/plugins.go).
_DOWNLOAD_HOSTS: Final = {"get.pulumi.com", "api.pulumi.com", "api.github.com", "github.com"}


def service_of(host: str) -> str | None:
    """The service behind a host name (with or without a port): ``login``, ``graph``, ``arm``, ``registry`` or
    ``control``; None for a host that the sandbox does not emulate."""
    name = host.rsplit(":", 1)[0].lower().rstrip(".")
    return _HOSTS.get(name) or ("registry" if name.endswith(_REGISTRY_SUFFIX) else None)


def is_download_host(host: str) -> bool:
    """Whether Pulumi's engine asks a host (with or without a port) for plugins that are not installed."""
    return host.rsplit(":", 1)[0].lower().rstrip(".") in _DOWNLOAD_HOSTS


def known_hosts() -> list[str]:
    """The hosts that the sandbox emulates, for a message."""
    return [*_HOSTS, f"*{_REGISTRY_SUFFIX}"]
