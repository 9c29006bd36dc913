"""What the children make of a component's own options. ``construction.py`` says what such tests do not prove."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from crosstenant import (
    ClusterArgs,
    CrossTenantPull,
    CrossTenantPullArgs,
    RegistryArgs,
    RotationArgs,
)
from tests.components.construction import (
    APPLICATION,
    CLUSTER_ID,
    CLUSTER_TENANT,
    PRINCIPAL,
    REGISTRY_ID,
    REGISTRY_TENANT,
    Built,
    build,
)
from tests.components.programs import role

MODES = ("managed", "consented")


def with_options(mode: str, **options: Any) -> Built:
    args = CrossTenantPullArgs(
        cluster_tenant=CLUSTER_TENANT,
        registry_tenant=REGISTRY_TENANT,
        registries=[RegistryArgs(registry_id=REGISTRY_ID)],
        clusters=[ClusterArgs(cluster_id=CLUSTER_ID)],
        cluster_role_assignments=[role()],
        registry_service_principal=mode,  # type: ignore[typeddict-item]
        rotation=RotationArgs(rotate_every_days=30, keep_previous=True),
    )
    return build(lambda: CrossTenantPull("prod", args, pulumi.ResourceOptions(**options)))


@pytest.mark.parametrize("mode", MODES)
def test_protect_guards_the_application_and_its_service_principals_alone(mode: str):
    built = with_options(mode, protect=True)
    guarded = {it.type for it in built.resources if it.request.custom and it.request.protect}
    assert guarded == {APPLICATION, PRINCIPAL}
    others = [it for it in built.resources if it.request.custom and it.type not in guarded]
    # Said, and not only omitted: the engine would give them the component's.
    assert [it.name for it in others if not it.request.HasField("protect")] == []


@pytest.mark.parametrize("mode", MODES)
def test_retain_on_delete_keeps_the_application_and_its_service_principals_alone(mode: str):
    built = with_options(mode, retain_on_delete=True)
    kept = {it.type for it in built.resources if it.request.custom and not it.request.HasField("retainOnDelete")}
    assert kept == {APPLICATION, PRINCIPAL}
    others = [it for it in built.resources if it.request.custom and it.type not in kept]
    assert [it.name for it in others if it.request.retainOnDelete] == []


@pytest.mark.parametrize("mode", MODES)
def test_every_childs_name_begins_with_the_components(mode: str):
    # Pulumi gives the aliases of a component to children that are named so.
    assert [it.name for it in with_options(mode).resources if not it.name.startswith("prod")] == []


@pytest.mark.parametrize("mode", MODES)
def test_no_input_changes_with_the_components_name(mode: str):
    # IDs of the stand-in for the engine are made of names; what is ignored counts at the creation alone.
    named = [
        (it.name, key)
        for it in with_options(mode).custom
        for key, value in it.inputs.items()
        if "prod" in str(value)
        and key not in it.request.ignoreChanges
        and not any(text.endswith("-id") or text.startswith("object-of-") for text in _texts(value))
    ]
    assert named == []


def _texts(value: Any) -> list[str]:
    return [str(it) for it in value] if isinstance(value, list) else [str(value)]
