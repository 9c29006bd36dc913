"""The host rule: an address that an answer names gets a credential only if it is at the host that gave the answer, or,
for Resource Manager, at the host of one of its regions.

Addresses come in ``Azure-AsyncOperation``, ``Location`` and ``nextLink``, in a registry's challenge, and in a stack's
state.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError

# Parsers of URLs disagree about a backslash, white space and control characters.
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")


class ForeignAddressError(AzureError):
    """An answer names an address at another host. Nothing was sent to it."""

    def __init__(self, url: str, host: str) -> None:
        """
        :param url: The address.
        :param host: The only host that may get the credential.
        """
        super().__init__(
            f"the answer names {host_of(url)} as the next address, which is not https://{host}: no credential was sent"
            " there; check for a proxy that changes answers"
        )


def is_at(host: str, url: str, *, or_region: bool = False) -> bool:
    """Whether an address is at a host, over TLS on the usual port, without user information.

    :param host: A host name, ``management.azure.com``.
    :param url: The address, from an answer. Anything that is not a URL is not at the host.
    :param or_region: Whether one label may stand before the host: Resource Manager may name the host of a region,
        ``westeurope.management.azure.com``, which takes the same token.
    """
    if not _PLAIN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    region = r"([a-z0-9-]+\.)?" if or_region else ""
    found = parts.netloc.lower().removesuffix(":443")
    return parts.scheme == "https" and re.fullmatch(region + re.escape(host.lower()), found) is not None


def must_be_at(host: str, url: str, *, or_region: bool = False) -> str:
    """The address, which may get a credential for the host.

    :param host: A host name, ``management.azure.com``.
    :param url: The address, from an answer or from the state.
    :param or_region: As for ``is_at``.
    :raises ForeignAddressError: It is at another host, or is not a URL.
    """
    if not is_at(host, url, or_region=or_region):
        raise ForeignAddressError(url, host)
    return url


def host_of(url: str) -> str:
    """The host of an address for a message: without path, query and user information, which may carry a credential.

    :param url: The address, from an answer.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return f"'{host}'" if re.fullmatch(r"[\w.:-]+", host, re.ASCII) else "something that is not a host"
