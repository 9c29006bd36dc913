"""The proxy that the environment names for an address.

aiohttp's own ``trust_env`` would also read ``.netrc``: it sends the entry to the sign-in service, and refuses every
request that carries a token already. Therefore only the proxy is taken from the environment.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote
from urllib.request import getproxies, proxy_bypass

# A shorter password occurs in ordinary words.
_SHORTEST_HIDDEN: Final = 6
# A user without a password is a token only if it is as long as one.
_SHORTEST_TOKEN: Final = 16


def proxy_options(url: str) -> dict[str, Any]:
    """The options of an aiohttp request through the environment's proxy; none where no proxy is to be used.

    The proxy may be written without a scheme, ``user:password@proxy.example:3128``, as other clients accept it.

    :param url: The address of the request: its scheme chooses ``HTTPS_PROXY`` or ``HTTP_PROXY``, and ``NO_PROXY`` may
        exempt its host.
    :raises ValueError: The variable is not the address of a proxy. The message does not repeat it.
    """
    from yarl import URL

    address = URL(url)
    proxy = _proxies().get(address.scheme)
    if not proxy or proxy_bypass(address.host or ""):
        return {}
    try:
        named = URL(proxy)
        without_user = named.with_user(None)
        usable = bool(named.host)
    except ValueError:
        usable, named, without_user = False, URL(), URL()
    if not usable:
        raise ValueError(f"{address.scheme.upper()}_PROXY must be the address of a proxy, http://<host>:<port>")
    if named.raw_user is None and named.raw_password is None:
        return {"proxy": without_user}
    encoded = b64encode(f"{named.user or ''}:{named.password or ''}".encode()).decode()
    return {"proxy": without_user, "proxy_headers": {"Proxy-Authorization": f"Basic {encoded}"}}


def proxy_secrets() -> Iterator[str]:
    """The credentials in the environment's proxy variables, which must not appear in a message.

    Other programs of the run read other variables than this one, ``ALL_PROXY`` for example.
    """
    variables = [value for name, value in os.environ.items() if name.lower().endswith("_proxy")]
    for proxy in dict.fromkeys([*variables, *_proxies().values()]):
        user_info, at, _ = proxy.strip().rpartition("://")[2].rpartition("@")
        _, colon, password = user_info.partition(":")
        if at and (colon or len(user_info) >= _SHORTEST_TOKEN):
            for text in (user_info, password):
                if len(text) >= _SHORTEST_HIDDEN:
                    yield text
                    yield unquote(text)


def _proxies() -> dict[str, str]:
    proxies = {scheme: proxy.strip() for scheme, proxy in getproxies().items() if scheme in ("http", "https")}
    return {scheme: proxy if "://" in proxy else f"http://{proxy}" for scheme, proxy in proxies.items() if proxy}
