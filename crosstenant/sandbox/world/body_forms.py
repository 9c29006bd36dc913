"""Bodies of requests as JSON, and what type each property must have: a malformed body is refused, not guessed at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast


@dataclass(frozen=True)
class Form:
    """The JSON type of a property."""

    name: str
    type: type
    items: type | None = None
    """For a list: the type of its items."""
    nullable: bool = True

    def fits(self, value: object) -> bool:
        """Whether a value has this type."""
        if value is None:
            return self.nullable
        # In Python a boolean is a number, too.
        if not isinstance(value, self.type) or (isinstance(value, bool) and self.type is not bool):
            return False
        return self.items is None or all(isinstance(it, self.items) for it in cast("list[object]", value))


TEXT: Final = Form("a string", str)
FLAG: Final = Form("a boolean", bool)
NUMBER: Final = Form("a number", int)
OBJECT: Final = Form("an object", dict)
TEXTS: Final = Form("a list of strings", list, str, nullable=False)
OBJECTS: Final = Form("a list of objects", list, dict, nullable=False)
OBJECTS_OR_NULL: Final = Form("a list of objects", list, dict)


def is_json(content_type: str) -> bool:
    """Whether a ``Content-Type`` header says that the body is JSON."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


def read_body(content: bytes) -> Any:
    """The document in a body.

    :param content: The body.
    :raises ValueError: It is not JSON, or has text that no encoding can hold (half a surrogate pair).
    """
    try:
        document = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    json.dumps(document, ensure_ascii=False).encode()
    return document


def misfit(document: object, forms: Mapping[str, Form], path: str = "") -> str:
    """The first property of another type, ``properties.agentPoolProfiles must be a list of objects``; empty if none.

    :param document: The body, or a part of it.
    :param forms: The type of each property, by its name wherever it stands; other names may have any.
    :param path: Where the part stands in the body.
    """
    if isinstance(document, list):
        items = enumerate(cast("list[object]", document))
        return next(filter(None, (misfit(item, forms, f"{path}[{number}]") for number, item in items)), "")
    if not isinstance(document, dict):
        return ""
    for name, value in cast("dict[str, object]", document).items():
        at = f"{path}.{name}" if path else name
        form = forms.get(name)
        if form is not None and not form.fits(value):
            return f"{at} must be {form.name}"
        if found := misfit(value, forms, at):
            return found
    return ""
