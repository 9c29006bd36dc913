"""What of the registry's side is refused before anything is looked up."""

from __future__ import annotations

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.pieces.registry_args import RegistryArgs, check_registries
from crosstenant.components.registry_access import check_service_principal

REGISTRY = (
    "/subscriptions/b0000000-0000-4000-8000-0000000000b1/resourceGroups/rg-registries"
    "/providers/Microsoft.ContainerRegistry/registries/fabrikamimages"
)


@pytest.mark.parametrize(("given", "mode"), [(None, "managed"), ("managed", "managed"), ("consented", "consented")])
def test_the_stack_manages_the_service_principal_by_default(given: str | None, mode: str):
    assert check_service_principal("X", "service_principal", given) == mode


def test_another_mode_is_answered_with_those_there_are():
    with pytest.raises(ArgumentError, match=r"X: service_principal: must be 'managed' or 'consented', not 'consent'"):
        check_service_principal("X", "service_principal", "consent")


def test_a_role_assignment_is_named_by_its_uuid():
    registry = RegistryArgs(registry_id=REGISTRY, role_assignment_name="0dbd5fb0-0c5b-504a-ba28-635caca3349d")
    assert [it.name for it in check_registries("X", [registry])] == ["fabrikamimages"]
    with pytest.raises(ArgumentError, match=r"registries\[0\]\.role_assignment_name: .*the last part of"):
        check_registries("X", [RegistryArgs(registry_id=REGISTRY, role_assignment_name="AcrPull")])
