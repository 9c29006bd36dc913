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


def service_of(host: str) -> str | None:
    """The service behind a host name (with or without a port): ``login``, ``graph``, ``arm``, ``registry`` or
    ``control``; None for a host that the sandbox does not emulate."""
    name = host.rsplit(":", 1)[0].lower().rstrip(".")
    return _HOSTS.get(name) or ("registry" if name.endswith(_REGISTRY_SUFFIX) else None)


def known_hosts() -> list[str]:
    """The hosts that the sandbox emulates, for a message."""
    return [*_HOSTS, f"*{_REGISTRY_SUFFIX}"]
