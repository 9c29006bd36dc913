"""IDs that are outputs: the checks that a known ID gets at preview are made as soon as the value is known."""

from __future__ import annotations

import pulumi
import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.cluster_args import ClusterArgs, ClusterSpec, read_clusters
from crosstenant.components.arguments.id_arguments import IdArgument, default_subscription
from crosstenant.components.arguments.registry_args import RegistryArgs, RegistrySpec, read_registries
from crosstenant.components.arguments.tenants_apart import IN_BOTH, held_apart

AT = ArgPath("CrossTenantPull 'x'")
A, B = "a0000000-0000-4000-8000-0000000000a1", "b0000000-0000-4000-8000-0000000000b1"


def cluster_id(name: str, subscription: str = A) -> str:
    group = f"/subscriptions/{subscription}/resourceGroups/rg"
    return f"{group}/providers/Microsoft.ContainerService/managedClusters/{name}"


def registry_id(name: str, subscription: str = B) -> str:
    group = f"/subscriptions/{subscription}/resourceGroups/rg"
    return f"{group}/providers/Microsoft.ContainerRegistry/registries/{name}"


def clusters(*ids: pulumi.Input[str]) -> list[ClusterSpec]:
    given = [ClusterArgs(cluster_id=it, name=f"cluster-{index}") for index, it in enumerate(ids)]
    return read_clusters(AT / "clusters", given)


def registries(*ids: pulumi.Input[str]) -> list[RegistrySpec]:
    given = [RegistryArgs(registry_id=it, name=f"registry-{index}") for index, it in enumerate(ids)]
    return read_registries(AT / "registries", given)


def output(value: str | None) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value)  # pyright: ignore[reportReturnType]


async def value_of(given: IdArgument) -> str | None:
    return await pulumi.Output.from_input(given.text).future()


async def refusal(given: IdArgument) -> str:
    with pytest.raises(ArgumentError) as error:
        await value_of(given)
    return str(error.value).removeprefix("CrossTenantPull 'x': ")


async def test_an_output_is_spelled_like_text():
    written = cluster_id("AKS").replace("resourceGroups", "RESOURCEGROUPS").replace(A, A.upper())
    (text,) = clusters(written)
    (later,) = clusters(output(written))
    assert text.id.text == cluster_id("AKS")
    assert await value_of(later.id) == cluster_id("AKS")


async def test_an_output_needs_a_name():
    with pytest.raises(ArgumentError) as error:
        read_clusters(AT / "clusters", [ClusterArgs(cluster_id=output(cluster_id("aks")))])
    assert str(error.value) == (
        "CrossTenantPull 'x': clusters[0].name: is missing: cluster_id is an output, so the resource needs a name"
    )


async def test_two_outputs_of_one_name_are_refused_at_preview():
    given = ClusterArgs(cluster_id=output(None), name="aks")
    with pytest.raises(ArgumentError, match=r"clusters\[1\]\.name: clusters\[0\] is called 'aks' as well"):
        read_clusters(AT / "clusters", [given, given])


async def test_an_output_of_another_form_is_refused_without_its_value():
    for value in ("planted-secret", registry_id("images")):
        (found,) = clusters(output(value))
        assert await refusal(found.id) == (
            "clusters[0].cluster_id: the output's value is not the ARM ID of a"
            " Microsoft.ContainerService/managedClusters"
        )
    (nothing,) = clusters(output(None))
    assert (await refusal(nothing.id)).startswith("clusters[0].cluster_id: the output is None: ")


async def test_an_output_that_repeats_another_id_is_refused_and_text_stays_text():
    for ids in ([output(cluster_id("aks")), cluster_id("aks")], [output(cluster_id("aks")), output(cluster_id("AKS"))]):
        found = clusters(*ids)
        repeated = found[1] if isinstance(ids[1], pulumi.Output) else found[0]
        assert "is given twice: remove one" in await refusal(repeated.id)
    assert clusters(output(cluster_id("other")), cluster_id("aks"))[1].id.text == cluster_id("aks")


async def test_a_subscription_of_both_tenants_is_refused_when_both_ids_are_known():
    for cluster, registry in (
        (output(cluster_id("aks", B)), registry_id("images")),
        (cluster_id("aks", B), output(registry_id("images"))),
        (output(cluster_id("aks", B)), output(registry_id("images"))),
    ):
        ids, held = held_apart([it.id for it in clusters(cluster)], registries(registry), IN_BOTH)
        bearer = ids[0] if isinstance(cluster, pulumi.Output) else held[0].id
        assert f"subscription {B} holds both a cluster and a registry" in await refusal(bearer)


async def test_ids_of_two_tenants_pass():
    ids, held = held_apart(
        [it.id for it in clusters(cluster_id("aks"), output(cluster_id("new")))],
        registries(output(registry_id("images"))),
        IN_BOTH,
    )
    assert ids[0].text == cluster_id("aks")
    assert await value_of(ids[1]) == cluster_id("new")
    assert await value_of(held[0].id) == registry_id("images")


async def test_the_default_subscription_is_a_known_one_where_there_is_one():
    known, later = cluster_id("aks"), output(cluster_id("new", B))
    assert default_subscription([it.id for it in clusters(later, known)]) == A
    only = default_subscription([it.id for it in clusters(later)])
    assert isinstance(only, pulumi.Output)
    assert await only.future() == B
    assert default_subscription([]) is None
