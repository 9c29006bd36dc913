"""The record of an imported role assignment gets the spelling of this package, and no other record does."""

from __future__ import annotations

import pytest

from crosstenant.components.pieces.assignment_spelling import respelled

ID = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/images/providers/x/y/n"


@pytest.mark.parametrize("key", ["importID", "id"])
def test_another_spelling_of_the_same_id_is_replaced(key: str):
    record = {"urn": "u", key: ID.upper(), "inputs": {"scope": "S"}}
    assert respelled(record, ID) == {**record, "importID": ID}


def test_the_id_of_the_import_counts_before_the_id():
    assert respelled({"id": ID.upper(), "importID": ID}, ID) is None
    assert respelled({"id": ID, "importID": ID.upper()}, ID) == {"id": ID, "importID": ID}


@pytest.mark.parametrize("record", [{"id": ID}, {"id": f"{ID}2"}, {"id": ID, "importID": f"{ID}2"}, {}])
def test_nothing_else_is_touched(record: dict[str, str]):
    assert respelled(record, ID) is None
