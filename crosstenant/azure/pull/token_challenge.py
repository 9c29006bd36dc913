"""The challenge of a registry, read strictly because a secret is sent to the address in it.

https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 and https://distribution.github.io/distribution/spec/auth/token/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_PARAMETER: Final = re.compile(r'\s*([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",\\]+))\s*(?:,|$)')


@dataclass(frozen=True)
class Challenge:
    """What a ``Www-Authenticate: Bearer`` header asks for."""

    realm: str
    """URL of the token service."""
    service: str
    """The ``service`` parameter of the token service."""


def parse_challenge(headers: Iterable[str]) -> Challenge:
    """Reads the one Bearer challenge among ``Www-Authenticate`` headers.

    :raises ValueError: The number of challenges is not one, or it is malformed, or the realm or the service is missing.
    """
    bearers = [header[len("bearer ") :] for header in headers if header.lower().startswith("bearer ")]
    if len(bearers) != 1:
        raise ValueError(f"{len(bearers) or 'no'} Bearer challenges in its Www-Authenticate headers")
    parameters = _parameters(bearers[0])
    try:
        return Challenge(parameters["realm"], parameters["service"])
    except KeyError as missing:
        raise ValueError(f"the Bearer challenge has no {missing.args[0]}") from None


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    position = 0
    while position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            raise ValueError("the Bearer challenge is malformed")
        name = found[1].lower()
        if name in parameters:
            raise ValueError(f"the Bearer challenge gives {name} twice")
        parameters[name] = found[3] if found[2] is None else re.sub(r"\\(.)", r"\1", found[2])
        position = found.end()
    return parameters
