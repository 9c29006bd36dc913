"""The links of a chain without a secret: what is said of each, from what Azure and the cluster show."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from crosstenant.azure.clusters.cluster_state import ClusterState, IdentityKind
from crosstenant.azure.identities.identities import FederatedCredential, ManagedIdentity
from crosstenant.azure.kubernetes.api_server import ApiServer
from crosstenant.cli.check.chain import Link, LinkState, Tenancy
from crosstenant.cli.check.federated.chain import FederatedChain, FederatedCluster
from crosstenant.cli.check.federated.cluster_links import cluster_link
from crosstenant.cli.check.federated.credential_links import credential_link
from crosstenant.cli.check.federated.in_cluster import (
    Expected,
    external_secret_link,
    in_cluster,
    pull_secret_link,
    refresher_link,
    service_account_of,
)
from crosstenant.cli.check.federated.managed_identity import identity_link
from crosstenant.cli.check.reading import Unseen
from crosstenant.model.arm_id import CLUSTER_TYPE, IDENTITY_TYPE, parse_arm_id
from crosstenant.model.clouds import CHINA, PUBLIC, Cloud
from crosstenant.model.federation import TOKEN_AUDIENCE
from crosstenant.model.modes import PullDelivery
from crosstenant.sandbox.world import seed

A, B = seed.CLUSTER_TENANT, seed.REGISTRY_TENANT
CLUSTER = parse_arm_id(seed.CLUSTER, CLUSTER_TYPE)
IDENTITY = parse_arm_id(
    f"/subscriptions/{seed.REGISTRY_SUBSCRIPTION}/resourceGroups/rg/providers/{IDENTITY_TYPE}/pull", IDENTITY_TYPE
)
CLIENT_ID, PRINCIPAL_ID = "b0000000-0000-4000-8000-0000000000c1", "b0000000-0000-4000-8000-0000000000d1"
ISSUER = f"https://westeurope.oic.prod-aks.azure.com/{A}/11111111-1111-4111-8111-111111111111/"
OLD_ISSUER = f"https://westeurope.oic.prod-aks.azure.com/{A}/22222222-2222-4222-8222-222222222222/"
SUBJECT = "system:serviceaccount:crosstenant-prod:pull-refresher"
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)

CHAIN = FederatedChain(IDENTITY, A, B, (FederatedCluster(CLUSTER, (SUBJECT,)),), (), is_all_of_identity=True)
FOUND = ManagedIdentity(IDENTITY, CLIENT_ID, PRINCIPAL_ID, B)
RIGHT = FederatedCredential("prod-aks", ISSUER, SUBJECT, (TOKEN_AUDIENCE,))
STATE = ClusterState(
    cluster_id=seed.CLUSTER,
    identity_kind=IdentityKind.MANAGED_IDENTITY,
    client_id="msi",
    provisioning_state="Succeeded",
    power_state="Running",
    node_pools=(),
    location="westeurope",
    kubernetes_version="1.34.1",
    node_resource_group="MC_rg",
    etag="",
    oidc_issuer=ISSUER,
    api_hosts=("contoso.hcp.westeurope.azmk8s.io",),
)


def credential(*credentials: FederatedCredential, subjects: tuple[str, ...] = (SUBJECT,)) -> Link:
    return credential_link(CHAIN, FederatedCluster(CLUSTER, subjects), STATE, list(credentials), [TOKEN_AUDIENCE])


@pytest.mark.parametrize(
    ("delivery", "cloud", "audiences"),
    [
        (PullDelivery.REFRESHER, PUBLIC, (TOKEN_AUDIENCE,)),
        (PullDelivery.REFRESHER, CHINA, ("api://AzureADTokenExchangeChina",)),
        (PullDelivery.EXTERNAL_SECRETS, PUBLIC, (TOKEN_AUDIENCE,)),
        (PullDelivery.EXTERNAL_SECRETS, CHINA, ("api://AzureADTokenExchange",)),
        (None, PUBLIC, (TOKEN_AUDIENCE,)),
        (None, CHINA, ("api://AzureADTokenExchangeChina", "api://AzureADTokenExchange")),
    ],
)
def test_a_credential_must_have_the_audience_that_the_delivery_asks_for(
    delivery: PullDelivery | None, cloud: Cloud, audiences: tuple[str, ...]
):
    chain = replace(CHAIN, delivery=delivery)
    assert chain.audiences(cloud) == audiences
    cluster = FederatedCluster(CLUSTER, (SUBJECT,))
    for audience in audiences:
        right = replace(RIGHT, audiences=(audience,))
        assert credential_link(chain, cluster, STATE, [right], audiences).state is LinkState.OK
    wrong = credential_link(chain, cluster, STATE, [replace(RIGHT, audiences=("api://else",))], audiences)
    assert wrong.finding == f"prod-aks has audience api://else, not {' or '.join(audiences)}"
    assert f"--audiences {audiences[0]}'" in wrong.remedy


@pytest.mark.parametrize("subjects", [(SUBJECT,), ()])
def test_a_credential_for_the_present_issuer_and_the_subject_is_whole(subjects: tuple[str, ...]):
    found = credential(replace(RIGHT, name="other", issuer=OLD_ISSUER), RIGHT, subjects=subjects)
    assert (found.state, found.finding) == (LinkState.OK, f"prod-aks trusts {SUBJECT}")


@pytest.mark.parametrize(
    ("present", "finding", "command"),
    [
        ([], f"the cluster's issuer '{ISSUER}' is not trusted", f"create --name {CLUSTER.name} "),
        (
            [replace(RIGHT, issuer=ISSUER.rstrip("/"))],
            f"prod-aks has issuer '{ISSUER.rstrip('/')}', the cluster '{ISSUER}': each letter and the last slash count",
            "update --name prod-aks ",
        ),
        (
            [replace(RIGHT, issuer=OLD_ISSUER)],
            f"prod-aks trusts issuer '{OLD_ISSUER}'; the cluster has '{ISSUER}', as one that was built again",
            "update --name prod-aks ",
        ),
        (
            [replace(RIGHT, subject="system:serviceaccount:default:x")],
            f"trusts 'system:serviceaccount:default:x' of this cluster, not '{SUBJECT}'",
            "update --name prod-aks ",
        ),
        (
            [replace(RIGHT, audiences=("api://another",))],
            f"prod-aks has audience api://another, not {TOKEN_AUDIENCE}",
            "update --name prod-aks ",
        ),
    ],
)
def test_a_credential_that_refuses_the_cluster_is_broken(
    present: list[FederatedCredential], finding: str, command: str
):
    found = credential(*present)
    assert (found.state, found.finding) == (LinkState.BROKEN, finding)
    assert found.remedy.startswith("run 'pulumi up --refresh', or 'az identity federated-credential ")
    assert command in found.remedy
    assert f"--issuer {ISSUER} --subject {SUBJECT} --audiences {TOKEN_AUDIENCE}" in found.remedy


def test_an_applications_credential_is_repaired_in_its_own_tenant():
    chain = replace(CHAIN, identity_id=None, client_id=CLIENT_ID)
    for present, command in [
        ([], "create --id CLIENT --parameters"),
        ([replace(RIGHT, issuer=OLD_ISSUER)], "update --id CLIENT --federated-credential-id prod-aks --parameters"),
    ]:
        found = credential_link(chain, FederatedCluster(CLUSTER, (SUBJECT,)), STATE, present, [TOKEN_AUDIENCE])
        assert (found.tenancy, found.state) == (Tenancy.CLUSTER, LinkState.BROKEN)
        assert f"az ad app federated-credential {command.replace('CLIENT', CLIENT_ID)} '" in found.remedy
        assert f'"issuer": "{ISSUER}", "subject": "{SUBJECT}", "audiences": ["{TOKEN_AUDIENCE}"]' in found.remedy


def test_each_of_several_subjects_must_be_trusted():
    other = "system:serviceaccount:apps:registry-pull"
    found = credential(RIGHT, subjects=(SUBJECT, other))
    assert found.finding == f"trusts '{SUBJECT}' of this cluster, not '{other}'"
    assert "federated-credential create " in found.remedy, "the right credential of another subject stays"


def test_without_an_issuer_or_an_identity_nothing_is_said_of_the_credential():
    cluster = FederatedCluster(CLUSTER)
    for state, credentials in [
        (replace(STATE, oidc_issuer=None), [RIGHT]),
        (None, [RIGHT]),
        (STATE, None),
    ]:
        found = credential_link(CHAIN, cluster, state, credentials, [TOKEN_AUDIENCE])
        assert found.state is LinkState.SKIPPED
    unseen = credential_link(CHAIN, cluster, STATE, Unseen("refused"), [TOKEN_AUDIENCE])
    assert (unseen.state, unseen.finding) == (LinkState.UNSEEN, "refused")


def test_the_identity_is_named_with_its_client_id_and_the_number_of_its_credentials():
    found = identity_link(CHAIN, IDENTITY, FOUND, [RIGHT], [])
    assert (found.state, found.finding) == (LinkState.OK, f"client ID {CLIENT_ID}; 1 of 20 federated credentials")


def test_credentials_of_no_cluster_of_the_stack_are_worth_a_note():
    left = replace(RIGHT, name="left", issuer=OLD_ISSUER)
    found = identity_link(CHAIN, IDENTITY, FOUND, [RIGHT, left], [left])
    assert found.state is LinkState.NOTE
    assert found.finding.endswith("not of this stack's clusters: left")
    assert (
        "az identity federated-credential delete --name left --identity-name pull --resource-group rg" in found.remedy
    )
    part = identity_link(replace(CHAIN, is_all_of_identity=False), IDENTITY, FOUND, [RIGHT, left], [left])
    assert part.state is LinkState.OK, "the options may name a part of the clusters"


@pytest.mark.parametrize(
    ("chain", "found", "finding"),
    [
        (CHAIN, None, f"there is no {IDENTITY}"),
        (CHAIN, replace(FOUND, tenant_id=A), f"belongs to tenant {A}, not to the registry tenant"),
        (
            replace(CHAIN, client_id=PRINCIPAL_ID),
            FOUND,
            f"has client ID {CLIENT_ID}, and the stack has {PRINCIPAL_ID}: it was made again",
        ),
    ],
)
def test_an_identity_that_cannot_serve_is_broken(chain: FederatedChain, found: ManagedIdentity | None, finding: str):
    link = identity_link(chain, IDENTITY, found, [], [])
    assert (link.state, link.finding) == (LinkState.BROKEN, finding)
    assert link.remedy


@pytest.mark.parametrize(
    ("state", "expected", "words"),
    [
        (STATE, LinkState.OK, f"issuer {ISSUER}"),
        (None, LinkState.BROKEN, f"there is no {seed.CLUSTER}"),
        (replace(STATE, oidc_issuer=None), LinkState.BROKEN, "its OIDC issuer is off"),
        (replace(STATE, power_state="Stopped"), LinkState.NOTE, "is stopped"),
        (replace(STATE, provisioning_state="Failed"), LinkState.NOTE, "its last operation failed"),
        (Unseen("refused"), LinkState.UNSEEN, "refused"),
    ],
)
def test_a_cluster_is_its_issuer_and_its_state(state: ClusterState | Unseen | None, expected: LinkState, words: str):
    found = cluster_link(CLUSTER, state)
    assert found.state is expected
    assert found.finding.startswith(words)


def test_an_issuer_that_is_off_comes_with_the_command_and_its_price():
    remedy = cluster_link(CLUSTER, replace(STATE, oidc_issuer=None)).remedy
    assert f"az aks update --name {CLUSTER.name} --resource-group {CLUSTER.resource_group}" in remedy
    assert "--enable-oidc-issuer', which restarts the API server and cannot be undone" in remedy


@pytest.mark.parametrize(
    ("subject", "account"),
    [
        (SUBJECT, ("crosstenant-prod", "pull-refresher")),
        ("system:serviceaccount:apps:registry.pull", ("apps", "registry.pull")),
        ("system:serviceaccount:../../x:pull-refresher", None),
        ("system:serviceaccount:a b:pull-refresher", None),
        ("system:serviceaccount:apps:x/../y", None),
        ("system:serviceaccount:apps", None),
        ("repo:contoso/images:pull-refresher", None),
    ],
)
def test_the_service_account_is_read_from_a_subject(subject: str, account: tuple[str, str] | None):
    assert service_account_of(subject) == account


EXPECTED = Expected("aks", CLIENT_ID, B)
CONFIG = {"tenantId": B, "clientId": CLIENT_ID, "periodSeconds": 3600, "secrets": []}
JOB = {"spec": {"schedule": "7 * * * *", "suspend": False}, "status": {"lastSuccessfulTime": "2026-01-31T11:07:09Z"}}


@pytest.mark.parametrize(
    ("job", "config", "expected", "words"),
    [
        (JOB, CONFIG, LinkState.OK, "runs at '7 * * * *'; its last good run ended at 2026-01-31T11:07:09Z"),
        ({**JOB, "status": {}}, CONFIG, LinkState.OK, "the CronJob has not had a good run yet"),
        (None, CONFIG, LinkState.BROKEN, "there is no CronJob crosstenant-prod/pull-refresher"),
        ({"spec": {"suspend": True}}, CONFIG, LinkState.BROKEN, "CronJob crosstenant-prod/pull-refresher is suspended"),
        (JOB, None, LinkState.BROKEN, "there is no usable configuration in ConfigMap crosstenant-prod/pull-refresher"),
        (JOB, {**CONFIG, "clientId": PRINCIPAL_ID}, LinkState.BROKEN, f"signs in as client ID {PRINCIPAL_ID}"),
        (JOB, {**CONFIG, "tenantId": A}, LinkState.BROKEN, f"signs in to tenant {A}"),
    ],
)
def test_a_refresher_runs_as_the_identity_or_is_broken(
    job: dict[str, Any] | None, config: dict[str, Any] | None, expected: LinkState, words: str
):
    found = refresher_link(job, config, "crosstenant-prod", EXPECTED)
    assert found.state is expected
    assert words in found.finding
    assert bool(found.remedy) is (expected is LinkState.BROKEN)


def test_a_suspended_refresher_comes_with_the_command_that_resumes_it():
    remedy = refresher_link({"spec": {"suspend": True}}, CONFIG, "crosstenant-prod", EXPECTED).remedy
    assert (
        """kubectl --namespace crosstenant-prod patch cronjob pull-refresher --patch '{"spec":{"suspend":false}}'"""
        in (remedy)
    )


def secret(**annotations: str) -> dict[str, Any]:
    named = {f"crosstenant.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"metadata": {"annotations": named}}


@pytest.mark.parametrize(
    ("found", "expected", "finding"),
    [
        (
            secret(expires_at="2026-01-31T14:00:00Z", last_success="2026-01-31T11:00:00Z"),
            LinkState.OK,
            "is valid until 2026-01-31T14:00:00Z",
        ),
        (
            secret(expires_at="2026-01-31T12:30:00Z", last_success="2026-01-31T09:30:00Z"),
            LinkState.NOTE,
            "is valid until 2026-01-31T12:30:00Z, and was last renewed at 2026-01-31T09:30:00Z",
        ),
        (
            secret(expires_at="2026-01-31T13:00:00Z", last_error="no\nrole"),
            LinkState.NOTE,
            "is valid until 2026-01-31T13:00:00Z; the last renewal failed: no role",
        ),
        (secret(expires_at="2026-01-31T12:00:00Z"), LinkState.BROKEN, "expired at 2026-01-31T12:00:00Z"),
        (
            secret(expires_at="2026-01-31T11:00:00Z", last_error="AADSTS700213"),
            LinkState.BROKEN,
            "expired at 2026-01-31T11:00:00Z; the last renewal failed: AADSTS700213",
        ),
        (secret(), LinkState.BROKEN, "was never filled"),
        (secret(expires_at="soon"), LinkState.BROKEN, "was never filled"),
        ({}, LinkState.BROKEN, "was never filled"),
        (None, LinkState.BROKEN, "is not there"),
    ],
)
def test_a_pull_secret_says_until_when_it_is_valid(found: dict[str, Any] | None, expected: LinkState, finding: str):
    link = pull_secret_link("aks apps/registry-pull", found, "crosstenant-prod", NOW, timedelta(hours=1))
    assert link.state is expected
    assert link.finding.replace("  ", " ") == finding
    assert bool(link.remedy) is (expected is not LinkState.OK)


@pytest.mark.parametrize(
    ("status", "expected", "finding"),
    [
        (
            {"conditions": [{"type": "Ready", "status": "True"}], "refreshTime": "2026-01-31T11:00:00Z"},
            LinkState.OK,
            "its ExternalSecret is ready; it was last renewed at 2026-01-31T11:00:00Z",
        ),
        (
            {"conditions": [{"type": "Ready", "status": "False", "message": "could not get\nsecret data"}]},
            LinkState.BROKEN,
            "its ExternalSecret is not ready: could not get secret data",
        ),
        ({}, LinkState.BROKEN, "its ExternalSecret is not ready: the operator has not said anything"),
        ({"conditions": 5}, LinkState.BROKEN, "its ExternalSecret is not ready: the operator has not said anything"),
    ],
)
def test_an_external_secret_is_what_its_operator_says(status: dict[str, Any], expected: LinkState, finding: str):
    link = external_secret_link("aks apps/registry-pull", {"status": status})
    assert (link.state, link.finding.replace("  ", " ")) == (expected, finding)


@pytest.mark.parametrize("content", [{"secrets": 5}, {"secrets": ["x", {"namespace": "../x", "name": "y"}]}, {}])
@pytest.mark.parametrize("period", [10**30, -1, "x", None])
async def test_a_configuration_that_makes_no_sense_ends_in_findings(content: dict[str, Any], period: object):
    text = json.dumps({**CONFIG, **content, "periodSeconds": period})
    server = Server({"cronjobs/pull-refresher": JOB, "configmaps/pull-refresher": {"data": {"config.json": text}}})
    found = await in_cluster(server, ("crosstenant-prod", "pull-refresher"), EXPECTED, NOW)
    assert found[0].state is LinkState.OK
    assert all(it.state is LinkState.BROKEN for it in found[1:])
    assert all("crosstenant-prod/" in path for path in server.asked), "no name of the cluster's choice is in an address"


class Server(ApiServer):
    """An API server with these objects by the ends of their paths."""

    def __init__(self, objects: dict[str, dict[str, Any]]) -> None:
        self.objects = objects
        self.asked: list[str] = []

    async def get(self, path: str, *, metadata_only: bool = False) -> dict[str, Any] | None:
        self.asked.append(path)
        return next((it for end, it in self.objects.items() if path.endswith(end)), None)
