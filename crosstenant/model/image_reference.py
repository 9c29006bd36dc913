"""The form of an image's reference in its repository: a tag or a digest."""

from __future__ import annotations

import re
from typing import Final

from crosstenant.model.argument_text import has_look_of_name, quoted_name

# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def check_reference(reference: str) -> None:
    """Accepts a tag or a digest.

    :param reference: A tag, ``1.0``, or a digest, ``sha256:`` and 64 hexadecimal digits.
    :raises ValueError: The text has another form; the message says what to write.
    """
    if _TAG.fullmatch(reference) or _DIGEST.fullmatch(reference):
        return
    own = reference.rpartition("@")[2] if "@" in reference else reference.rpartition(":")[2]
    hint = ""
    if not has_look_of_name(reference):
        hint = ""
    elif _DIGEST.fullmatch(reference.lower()):
        hint = f"; write '{reference.lower()}'"
    elif own != reference and (_TAG.fullmatch(own) or _DIGEST.fullmatch(own)) and not reference.startswith("sha"):
        hint = f"; the repository is an argument of its own: write '{own}'"
    raise ValueError(
        f"{quoted_name(reference)} is neither a tag ('1.0') nor a digest ('sha256:' and 64 hexadecimal digits){hint}"
    )
