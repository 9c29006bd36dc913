"""What a message may repeat of a wrong argument, which may be a secret that belongs to another."""

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
# What the names of repositories, images, namespaces, regions and modes have, and times; and what people write there.
_NAME_TEXT: Final = re.compile(r"[\w ,.:;/@*()'-]{0,300}")
_RUN: Final = re.compile(r"[A-Za-z0-9]{12,}")
_DIGEST: Final = re.compile(r"sha(256|512):[0-9a-f]+", re.IGNORECASE)
_MIXED: Final = re.compile(r"(?=[A-Za-z][0-9]|[0-9][A-Za-z])")
# ``fabrikam2images`` has two places where a letter and a digit meet; a random text of twelve characters has more.
_MOST_MIXED: Final = 2
# Shorter runs may be parts of a token with hyphens or of a password. ``k8s-e2e-v2`` has two such places.
_CHANGE: Final = re.compile(r"(?=[a-z][A-Z]|[0-9][A-Za-z])")
_MOST_CHANGES: Final = 3


def quoted(value: str) -> str:
    """A wrong ID for a message: the value in quotation marks, or ``the value`` where it could be a secret.

    Where two arguments were mixed up, a secret stands in the place of an ID, and the message would print it. Only a
    path that begins as an ARM ID and has nothing but names in it cannot be one. A UUID that is wrong is never repeated:
    its message says only ``must be a UUID``.

    :param value: The argument.
    """
    return f"'{value}'" if _ARM_PATH.fullmatch(value) else "the value"


def quoted_name(value: str) -> str:
    """A wrong name for a message: the value in quotation marks, or ``the value`` where it has the look of a secret.

    A name is made of words. A secret has characters that no name has, or letters and digits in no order.

    :param value: The argument: the name of a repository, an image, a namespace, a choice, or a time.
    """
    return f"'{value}'" if has_look_of_name(value) else "the value"


def has_look_of_name(value: str) -> bool:
    """Whether a text that should be a name is made of words, so that a message may repeat it.

    :param value: The argument.
    """
    if not _NAME_TEXT.fullmatch(value):
        return False
    text = _DIGEST.sub("", value)
    runs: list[str] = _RUN.findall(text)
    return len(_CHANGE.findall(text)) <= _MOST_CHANGES and not any(_is_random(run) for run in runs)


def _is_random(run: str) -> bool:
    has_all = run != run.lower() and run != run.upper() and any(it.isdigit() for it in run)
    return has_all or len(_MIXED.findall(run)) > _MOST_MIXED
