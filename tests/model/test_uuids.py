"""UUIDs as people paste them."""

from __future__ import annotations

import pytest

from crosstenant.model.uuids import read_uuid

UUID = "0dbd5fb0-0c5b-504a-ba28-635caca3349d"


@pytest.mark.parametrize("text", [UUID, UUID.upper(), f"{{{UUID}}}", f" {UUID}\n", UUID.replace("-", "")])
def test_has_one_spelling(text: str):
    assert read_uuid(text) == UUID


@pytest.mark.parametrize(
    "text", ["", "contoso.com", f"{{{UUID}", UUID[1:], f"urn:uuid:{UUID}", f"{UUID[:8]}{UUID[9:]}", "-" * 36]
)
def test_is_nothing_else(text: str):
    assert read_uuid(text) is None
