"""Advice for a caller that may not change an application because it is not an owner of it: which application."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant.components.pieces.hooks import Failure
from crosstenant.components.pieces.ownership_advice import of_owner
from crosstenant.model.matched_texts.provider_texts import APPLICATION_NAMED
from tests.components.test_refusal_advice import PROVIDERS

OBJECT_ID = "0dbd5fb0-0c5b-504a-ba28-635caca3349d"
FORBIDDEN = "unexpected status 403 (403 Forbidden) with error: Authorization_RequestDenied: Insufficient privileges"


async def other(_: Failure) -> str | None:
    return "other advice"


async def advice(error: str, operation: str = "update", **inputs: Any) -> str:
    return await of_owner(PROVIDERS, other)(Failure(error, operation, inputs)) or ""


@pytest.mark.parametrize(
    "sample", [*APPLICATION_NAMED.samples, f"Deleting application with object ID '/applications/{OBJECT_ID}'"]
)
async def test_application_is_named_by_the_error_in_each_form_of_the_provider(sample: str):
    assert f"'az ad app owner add --id {OBJECT_ID} --owner" in await advice(f"{sample} {FORBIDDEN}", displayName="pull")


async def test_application_of_a_secret_or_a_service_principal_is_that_of_the_inputs():
    assert "--id of-the-app " in await advice(
        f"{APPLICATION_NAMED.samples[0]} {FORBIDDEN}", applicationId="/applications/of-the-app"
    )
    assert "--id client " in await advice(FORBIDDEN, clientId="client")


async def test_application_that_nothing_names_is_left_open():
    assert "--id APPLICATION_ID " in await advice(f"Could not update it: {FORBIDDEN}", displayName="pull")


async def test_creation_of_an_application_needs_no_owner():
    assert await advice(FORBIDDEN, "create", displayName="pull") == "other advice"
    assert await advice("Odd", "update") == "other advice"
