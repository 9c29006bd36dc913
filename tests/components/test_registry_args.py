"""What of the registry's side is refused before anything is looked up, and what the consent page is told."""

from __future__ import annotations

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.pieces.registry_args import RegistryArgs, check_registries
from crosstenant.components.registry_access import check_way
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.consent import consent_message, consent_url

REGISTRY = (
    "/subscriptions/b0000000-0000-4000-8000-0000000000b1/resourceGroups/rg-registries"
    "/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
)
URL = "https://login.microsoftonline.com/tenant-b/adminconsent?client_id=app"


@pytest.mark.parametrize(("given", "way"), [(None, "managed"), ("managed", "managed"), ("consented", "consented")])
def test_the_managed_way_is_the_default(given: str | None, way: str):
    assert check_way("X", "service_principal", given) == way


def test_another_way_is_answered_with_those_there_are():
    with pytest.raises(ArgumentError, match=r"X: service_principal: 'consent' is no way .*'managed' or 'consented'"):
        check_way("X", "service_principal", "consent")


def test_a_role_assignment_is_named_by_its_uuid():
    registry = RegistryArgs(registry_id=REGISTRY, role_assignment_name="0dbd5fb0-0c5b-504a-ba28-635caca3349d")
    assert [it.name for it in check_registries("X", [registry])] == ["fabrikamimages"]
    with pytest.raises(ArgumentError, match=r"registries\[0\]\.role_assignment_name: .*the last part of"):
        check_registries("X", [RegistryArgs(registry_id=REGISTRY, role_assignment_name="AcrPull")])


def test_a_consent_page_without_a_redirect_uri_leaves_it_to_the_application():
    assert consent_url(PUBLIC, "tenant-b", "app") == URL


def test_the_message_says_who_opens_what_and_what_comes_next():
    waiting = consent_message("tenant-b", "app", URL, gone=False)
    assert "tenant-b has not consented to application app" in waiting
    assert f"Have an administrator of that tenant open {URL} and accept; then run 'pulumi up' again" in waiting
    gone = consent_message("tenant-b", "app", URL, gone=True)
    assert "is gone" in gone
    assert gone.endswith("'pulumi up --refresh'")
