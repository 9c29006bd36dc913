"""Other people's clients pull from the sandbox: as the identity before, with and after its grant, and as nobody."""

import pytest

from crosstenant.model.docker_config import docker_config
from crosstenant.model.repository_condition import repository_condition
from crosstenant.sandbox.registry.images import repositories
from crosstenant.sandbox.world.built_in_roles import ACR_PULL, REPOSITORY_READER
from crosstenant.sandbox.world.seed import ABAC_REGISTRY, REGISTRY
from tests.clients.estate import Application, Estate
from tests.clients.registry_client import Outcome, RegistryClient

LEGACY = "fabrikamimages.azurecr.io"
ABAC = "fabrikamabac.azurecr.io"
NOT_PERMITTED = "authentication required, visit https://aka.ms/acr/authorization for more information."
IMAGES = ["hello", "backend/api", "backend-infra/tools"]


@pytest.fixture
def application(estate: Estate, client: RegistryClient) -> Application:
    """The identity, which the client signs in as."""
    application = estate.add_application()
    client.sign_in(docker_config([LEGACY, ABAC], application.client_id, application.secret))
    return application


@pytest.fixture
def principal(estate: Estate, application: Application) -> str:
    return estate.add_principal(application)


def assert_whole(outcome: Outcome, repository: str) -> None:
    """Every manifest, configuration and layer of the image arrived, byte for byte."""
    assert outcome.pulled, outcome.said
    held = repositories()[repository]
    assert {*held.manifests, *held.blobs} <= outcome.digests


def assert_refused(outcome: Outcome, words: str = NOT_PERMITTED) -> None:
    assert not outcome.pulled
    assert words in outcome.said
    parts = {digest for held in repositories().values() for digest in (*held.manifests, *held.blobs)}
    assert parts.isdisjoint(outcome.digests)


@pytest.mark.usefixtures("application")
def test_identity_unknown_to_the_registrys_tenant_is_refused(client: RegistryClient):
    assert_refused(client.pull(f"{LEGACY}/hello:1.0"), "Application not registered with AAD.")


@pytest.mark.usefixtures("principal")
@pytest.mark.parametrize("host", [LEGACY, ABAC])
def test_identity_is_refused_before_its_grant(client: RegistryClient, host: str):
    assert_refused(client.pull(f"{host}/hello:1.0"))


@pytest.mark.parametrize("repository", IMAGES)
def test_identity_pulls_after_its_grant(client: RegistryClient, estate: Estate, principal: str, repository: str):
    estate.assign(REGISTRY, ACR_PULL, principal)
    assert_whole(client.pull(f"{LEGACY}/{repository}:1.0"), repository)


def test_pull_role_of_the_whole_registry_is_refused_in_abac_mode(
    client: RegistryClient, estate: Estate, principal: str
):
    estate.assign(ABAC_REGISTRY, ACR_PULL, principal)
    assert_refused(client.pull(f"{ABAC}/hello:1.0"))
    estate.assign(ABAC_REGISTRY, REPOSITORY_READER, principal)
    assert_whole(client.pull(f"{ABAC}/hello:1.0"), "hello")


def test_condition_lets_its_prefix_through_and_nothing_else(client: RegistryClient, estate: Estate, principal: str):
    estate.assign(ABAC_REGISTRY, REPOSITORY_READER, principal, repository_condition([], ["backend/"]))
    assert_whole(client.pull(f"{ABAC}/backend/api:1.0"), "backend/api")
    assert_refused(client.pull(f"{ABAC}/backend-infra/tools:1.0"))
    assert_refused(client.pull(f"{ABAC}/hello:1.0"))


def test_identity_is_refused_after_its_assignment_is_deleted(client: RegistryClient, estate: Estate, principal: str):
    assignment = estate.assign(REGISTRY, ACR_PULL, principal)
    assert_whole(client.pull(f"{LEGACY}/hello:1.0"), "hello")
    estate.unassign(assignment)
    assert_refused(client.pull(f"{LEGACY}/hello:1.0"))


def test_wrong_secret_is_refused(client: RegistryClient, estate: Estate, principal: str, application: Application):
    estate.assign(REGISTRY, ACR_PULL, principal)
    client.sign_in(docker_config([LEGACY], application.client_id, "not-the-secret"))
    assert_refused(client.pull(f"{LEGACY}/hello:1.0"), "Invalid clientid or client secret.")


def test_nobody_is_refused(client: RegistryClient):
    client.sign_in("{}")
    assert_refused(client.pull(f"{LEGACY}/hello:1.0"))
