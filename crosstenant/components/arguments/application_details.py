"""The arguments that describe an application for the people who manage the directory, and their checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosstenant.components.arguments.arg_path import ArgPath


@dataclass(frozen=True)
class ApplicationDetails:
    """The details of an application, checked. ``None``: the program does not name it."""

    service_management_reference: str | None = None
    notes: str | None = None
    tags: list[str] | None = None


def read_details(
    at: ArgPath, *, service_management_reference: str | None, notes: str | None, tags: Sequence[str] | None
) -> ApplicationDetails:
    """Reads the details.

    Microsoft Graph documents no length for any of them; the azuread provider refuses empty ones.

    :param at: The component.
    :param service_management_reference: The application's entry in a service or asset management database.
    :param notes: Free text.
    :param tags: Labels.
    :raises ArgumentError: A text is empty or has white space around it, or a tag is given twice.
    """
    for name, text in (("service_management_reference", service_management_reference), ("notes", notes)):
        if text is not None:
            _check_text(at / name, text, surrounded=name == "notes")
    for index, tag in enumerate(tags or ()):
        _check_text(at / "tags" / index, tag)
        if tag in list(tags or ())[:index]:
            raise (at / "tags" / index).error("is the same as a tag before it: remove one")
    return ApplicationDetails(service_management_reference, notes, list(tags) if tags else None)


def _check_text(at: ArgPath, text: str, *, surrounded: bool = False) -> None:
    if not text.strip():
        raise at.error("is empty: omit it")
    # Notes may end with a line break, as a text block of YAML does.
    if not surrounded and text != text.strip():
        raise at.error("begins or ends with white space: remove it")
