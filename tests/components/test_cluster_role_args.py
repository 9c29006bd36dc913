"""Roles in the cluster tenant as a program describes them: read, or refused with the argument's name and a remedy."""

from __future__ import annotations

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.cluster_role_args import ClusterRoleArgs, read_cluster_roles

AT = ArgPath("CrossTenantPull 'prod'") / "cluster_role_assignments"
SUBSCRIPTION = "a0000000-0000-4000-8000-0000000000a1"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-network"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/aks"
NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (SUBNET, SUBNET),
        (f"{GROUP}/", GROUP),
        (f"/SUBSCRIPTIONS/{SUBSCRIPTION.upper()}", f"/subscriptions/{SUBSCRIPTION}"),
    ],
)
@pytest.mark.parametrize(
    "role",
    [
        NETWORK_CONTRIBUTOR,
        f"/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR}",
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR.upper()}",
    ],
)
def test_a_role_is_read_in_every_spelling(scope: str, expected: str, role: str):
    (found,) = read_cluster_roles(AT, [ClusterRoleArgs(scope=scope, role=role)])
    assert (found.scope.text, found.guid) == (expected, NETWORK_CONTRIBUTOR)
    assert found.definition_id == (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR}"
    )


def test_a_role_is_called_after_its_scope_unless_the_program_gives_a_name():
    role = ClusterRoleArgs(scope=SUBNET, role=NETWORK_CONTRIBUTOR)
    named = ClusterRoleArgs(scope=GROUP, role=NETWORK_CONTRIBUTOR, name="network")
    assert [it.name.text for it in read_cluster_roles(AT, [role, named])] == ["aks-a7ff408b", "network"]


@pytest.mark.parametrize(
    ("change", "path", "remedy"),
    [
        ({"scope": "rg-network"}, "scope", "its form is /subscriptions/<subscription ID>"),
        ({"scope": "/subscriptions/contoso"}, "scope", "the form is"),
        ({"scope": f"{GROUP}/providers/Microsoft.Network/virtualNetworks"}, "scope", "its form is"),
        ({"role": "Network Contributor"}, "role", 'az role definition list --name "<name>"'),
        ({"role": f"{GROUP}/{NETWORK_CONTRIBUTOR}"}, "role", "whole ARM ID"),
    ],
)
def test_a_role_that_is_malformed_is_refused(change: dict[str, str], path: str, remedy: str):
    good = ClusterRoleArgs(scope=SUBNET, role=NETWORK_CONTRIBUTOR)
    bad = ClusterRoleArgs(scope=change.get("scope", GROUP), role=change.get("role", NETWORK_CONTRIBUTOR))
    with pytest.raises(ArgumentError, match=rf"cluster_role_assignments\[1\]\.{path}") as refused:
        read_cluster_roles(AT, [good, bad])
    assert remedy in str(refused.value)


def test_a_role_given_twice_is_refused():
    role = ClusterRoleArgs(scope=GROUP, role=NETWORK_CONTRIBUTOR)
    again = ClusterRoleArgs(scope=f"{GROUP.upper()}/", role=NETWORK_CONTRIBUTOR.upper())
    with pytest.raises(ArgumentError, match=r"cluster_role_assignments\[1\].*given twice"):
        read_cluster_roles(AT, [role, again])
