"""What ``prove_on_nodes`` declares; ``tests/kubernetes/test_node_pull_*.py`` asks nodes."""

from __future__ import annotations

from typing import Any

import pytest

from crosstenant import ClusterArgs, NodePullCheckOptions, RegistryArgs
from crosstenant.components.argument_error import ArgumentError
from tests.components.construction import CLUSTER_ID, NODE_PULL, PROFILE, REGISTRY_ID, build, later
from tests.components.programs import pull

IMAGE = "images.azurecr.io/backend/api:1.0"
OTHER_REGISTRY = f"{REGISTRY_ID}2"


def proved(**options: Any) -> ClusterArgs:
    return ClusterArgs(cluster_id=CLUSTER_ID, name="aks", prove_on_nodes=NodePullCheckOptions(**options))


def registry(reference: str | None = "1.0", registry_id: str = REGISTRY_ID) -> RegistryArgs:
    checked = {"repository": "backend/api", "reference": reference} if reference else {}
    return RegistryArgs(registry_id=registry_id, pull_check=checked)  # type: ignore[typeddict-item]


def test_nodes_are_asked_after_the_reset_of_their_cluster_and_after_each_later_one():
    built = build(lambda: pull(clusters=[proved(image=IMAGE)]))
    check = built.one(NODE_PULL, "prod-aks-node-pull")
    assert check.inputs == {"clusterId": CLUSTER_ID, "image": IMAGE, "triggers": ["2026-01-01T00:00:00Z"]}
    assert (check.parent, check.provider) == (
        "crosstenant:index:CrossTenantPull prod",
        "prod-cluster-tenant-crosstenant",
    )
    assert check.dependencies >= {f"{PROFILE} prod-aks-profile"}


def test_profile_asks_the_same_of_them():
    options = {"image": IMAGE, "coverage": "each-node", "namespace": "probe", "timeout_seconds": 60, "mode": "warn"}
    built = build(lambda: pull(clusters=[proved(**options)]))
    check = built.one(NODE_PULL, "prod-aks-node-pull").inputs
    asked = ("image", "coverage", "namespace", "timeoutSeconds")
    assert {it: check[it] for it in (*asked, "mode")} == {
        "image": IMAGE,
        "coverage": "each-node",
        "namespace": "probe",
        "timeoutSeconds": 60,
        "mode": "warn",
    }
    profile = built.one(PROFILE, "prod-aks-profile").inputs
    assert {f"nodePull{it[0].upper()}{it[1:]}": check[it] for it in asked} == {
        name: value for name, value in profile.items() if name.startswith("nodePull")
    }


def test_without_it_nothing_is_asked():
    built = build(pull)
    assert [it for it in built.custom if it.type == NODE_PULL] == []
    assert [it for it in built.one(PROFILE).inputs if it.startswith("nodePull")] == []
    assert built.outputs["crosstenant:index:CrossTenantPull prod"]["clusters"][0]["nodePullResult"] is None


def test_skipped_proof_lets_the_profile_ask_nothing():
    built = build(lambda: pull(clusters=[proved(image=IMAGE, mode="skip")]))
    assert built.one(NODE_PULL).inputs["mode"] == "skip"
    assert [it for it in built.one(PROFILE).inputs if it.startswith("nodePull")] == []


@pytest.mark.parametrize("mode", ["warn", "skip"])
def test_refused_nodes_reset_nothing_where_the_own_secret_is_not_proved(mode: str):
    registries = [registry(), RegistryArgs(registry_id=OTHER_REGISTRY, pull_check={"mode": mode})]  # type: ignore[typeddict-item]
    built = build(lambda: pull(registries=registries, clusters=[proved()]))
    assert built.one(NODE_PULL).inputs["image"] == IMAGE
    assert [it for it in built.one(PROFILE).inputs if it.startswith("nodePull")] == []


@pytest.mark.parametrize(
    ("reference", "image"),
    [("1.0", IMAGE), (f"sha256:{'0' * 64}", f"images.azurecr.io/backend/api@sha256:{'0' * 64}")],
)
def test_image_is_that_of_the_first_pull_check_that_names_one(reference: str, image: str):
    registries = [registry(None, OTHER_REGISTRY), registry(reference)]
    built = build(lambda: pull(registries=registries, clusters=[proved()]))
    assert built.one(NODE_PULL).inputs["image"] == image
    assert built.one(PROFILE).inputs["nodePullImage"] == image


def test_image_may_be_an_output():
    built = build(lambda: pull(clusters=[proved(image=later(IMAGE))]))
    assert built.one(NODE_PULL).inputs["image"] == IMAGE


def test_next_wave_waits_for_the_proof():
    clusters = [proved(image=IMAGE), ClusterArgs(cluster_id=f"{CLUSTER_ID}2", name="late", wave=1)]
    built = build(lambda: pull(clusters=clusters))
    assert f"{NODE_PULL} prod-aks-node-pull" in built.one(PROFILE, "prod-late-profile").dependencies


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"clusters\[0\]\.prove_on_nodes: needs an image that the nodes pull: give it 'image', or give the pull"),
        ({"image": "backend/api:1.0"}, r"prove_on_nodes\.image: 'backend/api:1\.0' must be the full reference"),
        ({"image": IMAGE, "namespace": "A b"}, r"prove_on_nodes\.namespace: 'A b' must be the name of a namespace"),
        ({"image": IMAGE, "timeout_seconds": 5}, r"timeout_seconds: must be a number of seconds from 10 to 480"),
        ({"image": IMAGE, "coverage": "all"}, r"prove_on_nodes\.coverage: "),
    ],
)
def test_malformed_option_is_refused_before_anything_is_declared(options: dict[str, Any], message: str):
    with pytest.raises(ArgumentError, match=message):
        build(lambda: pull(clusters=[proved(**options)]))
