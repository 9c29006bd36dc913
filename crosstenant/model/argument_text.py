"""What a message may repeat of an argument that should be an ID."""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = r"/[-\w.()]{1,90}"
# Entra's client secrets contain '~', base64 text does not begin with '/subscriptions/' and a UUID, and a token is
# longer than a name.
_ARM_PATH: Final = re.compile(
    rf"(/subscriptions/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|/providers/Microsoft\.\w+)({_NAME})*/{{0,2}}",
    re.IGNORECASE,
)


def quoted(value: str) -> str:
    """A wrong ID for a message: the value in quotation marks, or ``the value`` where it could be a secret.

    Where two arguments were mixed up, a secret stands in the place of an ID, and the message would print it. Only a
    path that begins as an ARM ID and has nothing but names in it cannot be one. A UUID that is wrong is never repeated:
    its message says only ``must be a UUID``.

    :param value: The argument.
    """
    return f"'{value}'" if _ARM_PATH.fullmatch(value) else "the value"
