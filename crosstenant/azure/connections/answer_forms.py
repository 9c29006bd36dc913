"""JSON answers of another form than their service documents: a proxy's, or those of a service that has changed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from azure.core.exceptions import AzureError

T = TypeVar("T")


class OtherFormError(AzureError):
    """An answer lacks a part that is due, or a part is of another type."""

    def __init__(self, error: Exception) -> None:
        """:param error: What reading it ended in."""
        super().__init__(f"the answer has another form than is documented ({type(error).__name__}: {error})")


@contextmanager
def form_due() -> Generator[None, None, None]:
    """For code that reads the parts of an answer: what it lacks is an error of Azure's, and not one of this package.

    :raises OtherFormError: The answer has another form.
    """
    try:
        yield
    except AzureError:
        raise
    except (AssertionError, AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError) as error:
        raise OtherFormError(error) from error


def entries_of(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of a list's page: an answer without them is not an empty list.

    :param page: The answer of Resource Manager or Graph.
    :raises LookupError, TypeError: It is something else.
    """
    if page["value"] is None:
        raise TypeError("a list is due")
    return list_of(page["value"], dict)


def list_of(found: object, kind: type[T]) -> list[T]:
    """The items of a list in an answer; none where the answer has no list.

    :param found: What the answer has.
    :param kind: The type of each item.
    :raises TypeError: It is something else.
    """
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(it, kind) for it in cast("list[object]", found)):
        raise TypeError(f"a list of {kind.__name__} is due")
    return cast("list[T]", found)
