"""Advice for what a cluster refuses."""

from __future__ import annotations

import pytest

from crosstenant.components.pieces.hooks import Failure
from crosstenant.components.pieces.kubernetes_advice import kubernetes_advice
from crosstenant.model.kubernetes.documents import pull_secrets_of
from crosstenant.model.matched_texts.kubernetes_texts import (
    ACCESS_FORBIDDEN,
    CLUSTER_UNREACHABLE,
    FIELD_CONFLICT,
    NAMESPACE_MISSING,
)

ACCOUNT = pull_secrets_of("default", "shop", "registry-pull")
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "registry-pull", "namespace": "shop"}}
JOB = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "first", "namespace": "crosstenant-prod"}}


async def advice(document: dict[str, object], error: str, operation: str = "create") -> str:
    return await kubernetes_advice("aks", document)(Failure(error, operation, {})) or ""


async def test_pull_secrets_by_another_hand_are_named_together_by_that_hand():
    said = await advice(ACCOUNT, FIELD_CONFLICT.samples[0])
    assert "service account 'default' in namespace 'shop' of cluster 'aks'" in said
    assert "Remove the account from service_accounts" in said
    assert (
        "kubectl -n shop patch serviceaccount default -p"
        """ '{"imagePullSecrets": [{"name": "OTHER"}, {"name": "registry-pull"}]}'"""
    ) in said


async def test_a_deleted_cluster_is_let_go_of():
    said = await advice(SECRET, CLUSTER_UNREACHABLE.samples[1], "delete")
    assert "PULUMI_K8S_DELETE_UNREACHABLE=true" in said
    assert "of every cluster that does not answer" in said


@pytest.mark.parametrize("operation", ["create", "update"])
async def test_an_unreachable_cluster_is_kept(operation: str):
    said = await advice(JOB, CLUSTER_UNREACHABLE.samples[0], operation)
    assert "has the kubeconfig expired" in said
    assert "DELETE_UNREACHABLE" not in said


async def test_a_missing_namespace_is_named():
    assert "kubectl create namespace shop" in await advice(SECRET, NAMESPACE_MISSING.samples[0])


async def test_who_is_not_permitted_what_is_named():
    said = await advice(SECRET, ACCESS_FORBIDDEN.samples[0])
    assert "signs in as 'jane', who may not patch secrets" in said


async def test_a_first_run_without_a_sentence_has_a_place_to_look():
    said = await advice(JOB, "timed out waiting to be Ready")
    assert "kubectl -n crosstenant-prod describe job first" in said
    assert not await advice(JOB, "timed out waiting to be deleted", "delete")
