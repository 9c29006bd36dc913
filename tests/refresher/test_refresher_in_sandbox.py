"""The refresher against the sandbox's Entra ID and registries, under their real names; only the API server is a double.

tests/kubernetes has the same with a real API server.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace, RefresherConfig
from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.built_in_roles import ACR_PULL
from crosstenant.sandbox.world.clock import forward_clock
from crosstenant.sandbox.world.cluster_issuers import issuer_url, service_account_token
from crosstenant.sandbox.world.drift import CLUSTERS, resource
from crosstenant.sandbox.world.managed_identities import CREDENTIALS, create
from crosstenant.sandbox.world.open_questions import NO_FEDERATED_RECORD_CODE, REGISTRY_REFUSES_AT
from crosstenant.sandbox.world.seed import (
    CLUSTER_TENANT,
    FEDERATION_AUDIENCE,
    IDENTITY_GROUP,
    REGISTRY,
    REGISTRY_TENANT,
)
from crosstenant.sandbox.world.state import Store
from tests.both_answers import both_answers
from tests.clients.estate import Estate
from tests.refresher.conftest import Refresher, Run
from tests.refresher.world import HOUR, World, listening

SERVER = "fabrikamimages.azurecr.io"
NAMESPACE = "crosstenant-images"
USER = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(tmp_path_factory.mktemp("azure") / "state.json")


@pytest.fixture(scope="module")
def sandbox(store: Store) -> Iterator[Sandbox]:
    with Sandbox(store) as running:
        yield running


@dataclass
class Chain:
    """An identity of the registry tenant that trusts the cluster, with its role; and the cluster's refresher."""

    store: Store
    sandbox: Sandbox
    refresher: Refresher
    client_id: str
    identity_id: str

    def run(self) -> Run:
        """Runs the refresher with a new token of the cluster."""
        with self.store.change() as state:
            cluster = resource(state, CLUSTERS, "aks-managed")
            token = service_account_token(state, cluster, NAMESPACE, "pull-refresher")
        self.refresher.world.tokens.append(token)
        (self.refresher.folder / "entra").write_text(token)
        done = self.refresher.run()
        self.refresher.world.tokens += [it["password"] for it in self.refresher.world.entries().values()]
        return done

    def pulls(self) -> bool:
        """Whether the pull secret's content fetches a manifest, as the kubelet does."""
        entry = self.refresher.world.entries()[SERVER]
        trusting = ssl.create_default_context(cafile=self.sandbox.environment()["SSL_CERT_FILE"])
        with httpx.Client(proxy=self.sandbox.url, verify=trusting, base_url=f"https://{SERVER}") as client:
            query = {"service": SERVER, "scope": "repository:hello:pull"}
            answer = client.get("/oauth2/token", params=query, auth=(entry["username"], entry["password"]))
            if answer.status_code != 200:
                return False
            bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            return client.get("/v2/hello/manifests/1.0", headers=bearer).status_code == 200

    def wait(self, seconds: float) -> None:
        with self.store.change() as state:
            forward_clock(state, seconds)

    def configure(self, tenant_id: str = REGISTRY_TENANT) -> None:
        text = RefresherConfig(
            tenant_id=tenant_id,
            client_id=self.client_id,
            authority="https://login.microsoftonline.com",
            registries=[ProvedRegistry(SERVER, "hello", "1.0")],
            namespaces=[PullNamespace("shop")],
        ).text()
        (self.refresher.folder / "config.json").write_text(text)


@pytest.fixture
def chain(store: Store, sandbox: Sandbox, tmp_path: Path) -> Iterator[Chain]:
    store.reset()
    with store.change() as state:
        identity = create(state, IDENTITY_GROUP, "id-pull", "westeurope")
        issuer = issuer_url(resource(state, CLUSTERS, "aks-managed"))
        subject = f"system:serviceaccount:{NAMESPACE}:pull-refresher"
        trusted = {"name": "aks", "issuer": issuer, "subject": subject, "audiences": [FEDERATION_AUDIENCE]}
        state["resources"][identity["id"].lower()][CREDENTIALS] = [trusted]
    properties = identity["properties"]
    estate = Estate(sandbox.url, sandbox.environment()["SSL_CERT_FILE"])
    estate.assign(REGISTRY, ACR_PULL, properties["principalId"])
    world = World()
    with listening(world, tmp_path) as environment:
        world.add_secret()
        refresher = Refresher(world, {**environment, **sandbox.environment()}, tmp_path)
        found = Chain(store, sandbox, refresher, properties["clientId"], identity["id"])
        found.configure()
        yield found


def test_secret_pulls_after_the_first_run(chain: Chain):
    done = chain.run()
    assert (done.code, done.error) == (0, "")
    assert f"registry {SERVER}: renewed, manifest of 'hello' ('1.0') read" in done.log
    assert chain.pulls()
    assert list(chain.refresher.world.entries()) == [SERVER]
    assert chain.refresher.world.entries()[SERVER]["username"] == USER


def test_two_missed_hours_break_no_pull(chain: Chain):
    assert chain.run().code == 0
    chain.wait(HOUR)
    assert chain.run().code == 0
    chain.wait(2 * HOUR)
    assert chain.pulls()
    chain.wait(HOUR + 60)
    assert not chain.pulls()
    assert chain.run().code == 0
    assert chain.pulls()


@both_answers(REGISTRY_REFUSES_AT)
def test_missing_role_is_named_whatever_step_refuses_it(chain: Chain, store: Store):
    with store.change() as state:
        state["roleAssignments"] = {}
    done = chain.run()
    assert done.code == 1
    assert f"registry {SERVER} refuses identity {chain.client_id} at the " in done.error
    assert "it needs AcrPull there" in done.error
    assert not chain.pulls()


@both_answers(NO_FEDERATED_RECORD_CODE)
@pytest.mark.parametrize("field", ["issuer", "subject", "audiences"])
def test_missing_credential_is_named_whatever_code_refuses_it(chain: Chain, store: Store, field: str):
    with store.change() as state:
        credential = state["resources"][chain.identity_id.lower()][CREDENTIALS][0]
        credential[field] = ["other"] if field == "audiences" else f"{credential[field].rstrip('/')}-other"
    done = chain.run()
    assert done.code == 1
    assert f"identity {chain.client_id} has no such federated credential" in done.error


def test_tenant_of_the_cluster_in_place_of_the_registrys_is_named(chain: Chain):
    chain.configure(CLUSTER_TENANT)
    done = chain.run()
    assert done.code == 1
    assert (
        f"tenant {CLUSTER_TENANT} has no identity {chain.client_id}: usually tenantId is the cluster tenant's"
        in done.error
    )


def test_network_rules_of_the_registry_are_named(chain: Chain, store: Store):
    with store.change() as state:
        registry = state["resources"][REGISTRY.lower()]["properties"]
        registry["publicNetworkAccess"] = "Disabled"
    done = chain.run()
    assert done.code == 2
    assert "blocks this cluster's address at the token exchange" in done.error


def test_registry_that_refuses_tokens_for_resource_manager_takes_the_refreshers(chain: Chain, store: Store):
    with store.change() as state:
        policies = state["resources"][REGISTRY.lower()]["properties"]["policies"]
        policies["azureADAuthenticationAsArmPolicy"]["status"] = "disabled"
    assert chain.run().code == 0
    assert chain.pulls()


def test_state_and_log_hold_no_token_of_the_run(chain: Chain, store: Store):
    chain.run()
    entry = json.dumps(chain.refresher.world.entries())
    token = chain.refresher.world.entries()[SERVER]["password"]
    assert token in entry
    assert token not in store.path.read_text()
