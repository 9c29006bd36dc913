"""UUIDs as arguments: another spelling must not be another value in the plan."""

from __future__ import annotations

from typing import cast

import pulumi

from crosstenant.model.uuids import read_uuid


def one_spelling(given: pulumi.Input[str]) -> pulumi.Input[str]:
    """The UUID in its one spelling; other text is left to the check of the resource that takes it.

    :param given: Text, or an output.
    """
    if isinstance(given, pulumi.Output):
        return given.apply(_spelled)
    return _spelled(given) if isinstance(given, str) else given


def _spelled(given: str) -> str:
    # An output of another language may be anything.
    value = cast(object, given)
    return (read_uuid(value) or given) if isinstance(value, str) else given
