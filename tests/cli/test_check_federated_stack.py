"""The chains without a secret that ``crosstenant check`` reads from a stack's state, and the choice among chains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from crosstenant.cli.check import choosing
from crosstenant.cli.check.chain import Probe
from crosstenant.cli.check.choosing import ChainOptions
from crosstenant.cli.check.federated.chain import FederatedCluster
from crosstenant.cli.check.federated.from_stack import FederatedStackChain, federated_chains_of
from crosstenant.cli.check.stack import StackChain
from crosstenant.model.arm_id import CLUSTER_TYPE, IDENTITY_TYPE, parse_arm_id
from crosstenant.model.modes import PullDelivery
from crosstenant.sandbox.world import seed
from tests.cli.test_check_stack import APP, APPLICATION, SIGNATURE, A, B, check, own_provider, provider, resource, urn

COMPONENT = urn("crosstenant:index:FederatedPull", "prod")
IDENTITY = f"/subscriptions/{seed.REGISTRY_SUBSCRIPTION}/resourceGroups/rg/providers/{IDENTITY_TYPE}/pull"
CLIENT_ID = "b0000000-0000-4000-8000-0000000000c1"
SUBJECT = "system:serviceaccount:crosstenant-prod:pull-refresher"
KUBECONFIG = "apiVersion: v1"


def component(**outputs: Any) -> dict[str, Any]:
    """The component, as an export has it: without inputs."""
    return {
        "urn": COMPONENT,
        "type": "crosstenant:index:FederatedPull",
        "outputs": {
            "clientId": CLIENT_ID,
            "registries": [{"registryId": seed.REGISTRY, "loginServer": "fabrikamimages.azurecr.io"}],
            "clusters": [{"clusterId": seed.CLUSTER, "name": "aks-prod", "subjects": [SUBJECT]}],
            **outputs,
        },
    }


def child(kind: str, name: str, tenant: str, resource_id: str, **more: Any) -> dict[str, Any]:
    return resource(kind, name, tenant, {}, {"known": True}, id=resource_id, parent=COMPONENT, **more)


IDENTITY_CHILD = child("azure-native:managedidentity:UserAssignedIdentity", "prod-identity", B, IDENTITY)
CREDENTIAL_CHILD = child(
    "azure-native:managedidentity:FederatedIdentityCredential",
    "prod-aks",
    B,
    f"{IDENTITY}/federatedIdentityCredentials/prod-aks",
)


def kubernetes_provider(kubeconfig: object) -> dict[str, Any]:
    kind = "pulumi:providers:kubernetes"
    return {"urn": urn(kind, "aks"), "type": kind, "id": "k8s", "inputs": {"kubernetes": "", "kubeconfig": kubeconfig}}


def export(*resources: dict[str, Any], **clouds: str) -> dict[str, Any]:
    providers = [own_provider(A), own_provider(B), provider(A, **clouds), provider(B, **clouds)]
    return {"deployment": {"resources": [*providers, *resources]}}


def test_a_stack_holds_one_chain():
    (only,) = federated_chains_of(export(component(), IDENTITY_CHILD, CREDENTIAL_CHILD))
    chain = only.chain
    assert (str(chain.identity_id), chain.client_id) == (IDENTITY, CLIENT_ID)
    assert (chain.cluster_tenant_id, chain.registry_tenant_id, chain.environment) == (A, B, "public")
    assert chain.clusters == (FederatedCluster(parse_arm_id(seed.CLUSTER, CLUSTER_TYPE), (SUBJECT,)),)
    assert [str(it) for it in chain.registries] == [seed.REGISTRY]
    assert chain.is_all_of_identity
    assert only.kubeconfigs == ()


def test_an_identity_that_exists_is_known_by_its_credentials():
    (only,) = federated_chains_of(export(component(), CREDENTIAL_CHILD))
    assert str(only.chain.identity_id) == IDENTITY


def test_an_application_is_known_by_its_client_id_and_is_of_the_cluster_tenant():
    own = child("azuread:index/application:Application", "prod-application", A, "/applications/x")
    (only,) = federated_chains_of(export(component(), own))
    chain = only.chain
    assert (chain.identity_id, chain.client_id) == (None, CLIENT_ID)
    assert (chain.cluster_tenant_id, chain.registry_tenant_id) == (A, B)


def test_a_component_without_an_identity_yet_is_no_chain():
    assert federated_chains_of(export(component())) == []
    assert federated_chains_of(export()) == []


@pytest.mark.parametrize(
    ("kind", "delivery"),
    [
        ("kubernetes:generators.external-secrets.io/v1alpha1:ACRAccessToken", PullDelivery.EXTERNAL_SECRETS),
        ("kubernetes:batch/v1:CronJob", PullDelivery.REFRESHER),
        ("kubernetes:core/v1:Secret", None),
    ],
)
def test_the_delivery_is_known_by_what_is_in_the_cluster(kind: str, delivery: PullDelivery | None):
    own = kubernetes_provider("apiVersion: v1")
    inside = {**child(kind, "prod-inside", B, "x/y"), "provider": f"{own['urn']}::k8s"}
    (only,) = federated_chains_of(export(component(), IDENTITY_CHILD, own, inside))
    assert only.chain.delivery is delivery


def test_the_cloud_is_that_of_the_providers():
    (only,) = federated_chains_of(export(component(), IDENTITY_CHILD, environment="usgovernment"))
    assert only.chain.environment == "usgovernment"


@pytest.mark.parametrize(
    ("kubeconfig", "expected"),
    [
        ({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(KUBECONFIG)}, (KUBECONFIG,)),
        ({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}, ()),
    ],
)
def test_kubeconfigs_of_the_stack_are_read_where_they_are_decrypted(kubeconfig: object, expected: tuple[str, ...]):
    own = kubernetes_provider(kubeconfig)
    job = {**child("kubernetes:batch/v1:CronJob", "prod-cron", B, "x/y"), "provider": f"{own['urn']}::k8s"}
    (only,) = federated_chains_of(export(component(), IDENTITY_CHILD, own, job))
    assert only.kubeconfigs == expected


def options(**given: Any) -> ChainOptions:
    nothing: dict[str, Any] = {
        "stack": None,
        "folder": Path(),
        "with_secret": False,
        "clusters": (),
        "registries": (),
        "client_id": None,
        "identity": None,
        "subjects": (),
        "probe": Probe(),
    }
    return ChainOptions(**{**nothing, **given})


def test_options_name_a_chain_by_its_identity():
    named = options(identity=IDENTITY, clusters=(seed.CLUSTER,), registries=(seed.REGISTRY,), subjects=(SUBJECT,))
    found = named.chosen(None)
    assert isinstance(found, FederatedStackChain)
    assert str(found.chain.identity_id) == IDENTITY
    assert found.chain.clusters[0].subjects == (SUBJECT,)
    assert not found.chain.is_all_of_identity


def test_options_name_the_chain_of_an_application_without_a_secret_by_a_subject():
    given = {"clusters": (seed.CLUSTER,), "registries": (seed.REGISTRY,), "client_id": APP.upper()}
    found = options(**given, subjects=(SUBJECT,)).chosen(None)
    assert isinstance(found, FederatedStackChain)
    assert (found.chain.identity_id, found.chain.client_id) == (None, APP)
    assert isinstance(options(**given).chosen(None), StackChain)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"identity": IDENTITY, "client_id": APP}, "--identity names a chain without a secret: omit --client-id"),
        (
            {"identity": IDENTITY, "clusters": (seed.CLUSTER,)},
            "needs --identity or --client-id, --registry and --cluster",
        ),
        (
            {"identity": seed.REGISTRY, "clusters": (seed.CLUSTER,), "registries": (seed.REGISTRY,)},
            "is the ID of a Microsoft.ContainerRegistry/registries, not of a Microsoft.ManagedIdentity/",
        ),
        ({"client_id": APP, "registries": (seed.REGISTRY,), "subjects": (SUBJECT,)}, "needs --identity or --client-id"),
        ({"clusters": (seed.CLUSTER,), "subjects": (SUBJECT,)}, "needs --identity or --client-id"),
        ({"stack": "prod", "subjects": (SUBJECT,)}, "--stack names the subjects: omit --subject"),
    ],
)
def test_wrong_options_end_with_a_sentence(given: dict[str, Any], words: str):
    with pytest.raises(click.UsageError) as refused:
        options(**given).chosen(None)
    assert words in refused.value.format_message()


def test_a_stack_with_chains_of_both_kinds_asks_for_one(monkeypatch: pytest.MonkeyPatch):
    both = export(component(), IDENTITY_CHILD, APPLICATION, check("check", B, seed.REGISTRY))
    monkeypatch.setattr(choosing, "export_stack", lambda *_, **__: both)
    with pytest.raises(click.UsageError) as refused:
        options(stack="prod").chosen(None)
    assert refused.value.format_message() == (
        f"the stack has several chains: choose one of --identity {IDENTITY} --registry-tenant-id {B};"
        f" --client-id {APP} --registry-tenant-id {B}"
    )
    assert isinstance(options(stack="prod", identity=IDENTITY.upper()).chosen(None), FederatedStackChain)
    assert isinstance(options(stack="prod", client_id=APP).chosen(B), StackChain)
    with pytest.raises(click.UsageError, match="the stack has no such chain"):
        options(stack="prod", client_id=APP).chosen(A)


def test_a_stack_without_any_chain_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choosing, "export_stack", lambda *_, **__: export())
    with pytest.raises(click.UsageError, match="holds no PullCheck"):
        options(stack="prod").chosen(None)
