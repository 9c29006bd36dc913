"""The words of containerd and of the kubelet for a pull or a start that failed, as a pod's events and status show them.

https://github.com/containerd/containerd, core/remotes/docker; https://github.com/kubernetes/kubernetes,
pkg/kubelet/images. How a node of AKS is refused: https://github.com/Azure/AKS/issues/4593.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

_ADDRESS: Final = "20.61.99.68"
_RESOLVER: Final = "168.63.129.16"
"""Azure's own: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16."""


def status_line(status: int) -> str:
    """A status as Go writes it: ``401 Unauthorized``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def unresolved(image: str, why: str) -> str:
    """The image's reference was not resolved to a manifest."""
    return f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": {why}'


def no_token(url: str, status: int, anonymous: bool) -> str:
    """The registry gave no token.

    :param url: The address with its query.
    """
    kind = "anonymous" if anonymous else "oauth"
    return (
        f"failed to authorize: failed to fetch {kind} token: unexpected status from GET request to {url}: "
        f"{status_line(status)}"
    )


def manifest_refused(image: str, url: str, status: int) -> str:
    """The registry answered the request for a manifest with an error."""
    if status == HTTPStatus.NOT_FOUND:
        return f"rpc error: code = NotFound desc = {unresolved(image, f'{image}: not found')}"
    if status == HTTPStatus.UNAUTHORIZED:
        return unresolved(
            image,
            "pull access denied, repository does not exist or may require authorization: server message: "
            "insufficient_scope: authorization failed",
        )
    return unresolved(image, f"unexpected status from HEAD request to {url}: {status_line(status)}")


def layer_refused(image: str, url: str, status: int) -> str:
    """The registry answered the request for a layer with an error."""
    return (
        f'failed to pull and unpack image "{image}": failed to copy: httpReadSeeker: failed open: '
        f"unexpected status from GET request to {url}: {status_line(status)}"
    )


def not_reached(image: str, registry: str, manifest: str, how: str) -> str:
    """The registry was not reached.

    :param manifest: The path of the manifest.
    :param how: ``timeout`` (packets are dropped), ``refused`` or ``dns``.
    """
    dial = {
        "timeout": f"dial tcp {_ADDRESS}:443: i/o timeout",
        "refused": f"dial tcp {_ADDRESS}:443: connect: connection refused",
        "dns": f"dial tcp: lookup {registry} on {_RESOLVER}:53: no such host",
    }.get(how, how)
    return unresolved(image, f'failed to do request: Head "https://{registry}{manifest}": {dial}')


def together(texts: Iterable[str]) -> str:
    """The errors of several credentials, as the kubelet joins them: each once."""
    distinct = list(dict.fromkeys(texts))
    return distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]"


def no_such_command(program: str) -> str:
    """The image has no such program."""
    where = f"stat {program}: no such file or directory" if "/" in program else "executable file not found in $PATH"
    return (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
        f'unable to start container process: error during container init: exec: "{program}": {where}'
    )
