"""Microsoft's azure-identity signs in to the registry tenant with a token of the cluster, as a pod does.

Each refusal is read as the package shows it to the operator of the pod.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import WorkloadIdentityCredential

from crosstenant.sandbox.world.seed import CLUSTER_TENANT, REGISTRY_TENANT
from tests.clients.estate import Estate, Identity
from tests.clients.federated.conftest import SUBJECT

REGISTRIES = "https://containerregistry.azure.net/.default"
RESOURCE_MANAGER = "https://management.azure.com/.default"

SignIn = Callable[..., str]


@pytest.fixture
def sign_in(inside: None, identity: Identity, token_file: Path) -> Iterator[SignIn]:
    """Signs in as the identity with a cluster's token; the access token."""
    made: list[WorkloadIdentityCredential] = []

    def sign_in(token: str, tenant: str = REGISTRY_TENANT, scope: str = REGISTRIES) -> str:
        token_file.write_text(token)
        credential = WorkloadIdentityCredential(
            tenant_id=tenant, client_id=identity.client_id, token_file_path=str(token_file)
        )
        made.append(credential)
        return credential.get_token(scope).token

    yield sign_in
    for credential in made:
        credential.close()


def refusal(sign_in: SignIn, *given: str) -> str:
    """What azure-identity says of a refused sign-in."""
    with pytest.raises(ClientAuthenticationError) as caught:
        sign_in(*given)
    return str(caught.value)


@pytest.mark.parametrize("scope", [REGISTRIES, RESOURCE_MANAGER])
def test_token_of_the_cluster_signs_in_to_the_registry_tenant(
    sign_in: SignIn, trusted: Identity, cluster_token: Callable[..., str], scope: str
):
    claims = jwt.decode(sign_in(cluster_token(), scope=scope), options={"verify_signature": False})
    assert (claims["tid"], claims["appid"], claims["oid"]) == (
        REGISTRY_TENANT,
        trusted.client_id,
        trusted.principal_id,
    )
    assert claims["aud"].rstrip("/") == scope.removesuffix("/.default")


def test_identity_does_not_exist_in_the_cluster_tenant(
    sign_in: SignIn, trusted: Identity, cluster_token: Callable[..., str]
):
    said = refusal(sign_in, cluster_token(), CLUSTER_TENANT)
    assert "AADSTS700016" in said
    assert trusted.client_id in said


def test_identity_without_a_federated_credential_is_refused(sign_in: SignIn, cluster_token: Callable[..., str]):
    assert "AADSTS70021" in refusal(sign_in, cluster_token())


@pytest.mark.parametrize("other", [("apps", "default"), ("other", "puller")])
def test_other_service_account_is_refused(
    sign_in: SignIn, trusted: Identity, cluster_token: Callable[..., str], other: tuple[str, str]
):
    said = refusal(sign_in, cluster_token(*other))
    assert "AADSTS700213" in said
    assert f"system:serviceaccount:{other[0]}:{other[1]}" in said


def test_issuer_without_its_closing_slash_is_another_issuer(
    sign_in: SignIn, estate: Estate, identity: Identity, issuer: str, cluster_token: Callable[..., str]
):
    estate.trust(identity, issuer.rstrip("/"), SUBJECT)
    said = refusal(sign_in, cluster_token())
    assert "AADSTS700211" in said
    assert f"'{issuer}'" in said


def test_token_for_the_cluster_s_own_api_is_refused(
    sign_in: SignIn, trusted: Identity, cluster_token: Callable[..., str]
):
    said = refusal(sign_in, cluster_token(audience="https://kubernetes.default.svc"))
    assert "AADSTS700212" in said
    assert "https://kubernetes.default.svc" in said


def test_expired_token_is_refused(sign_in: SignIn, trusted: Identity, cluster_token: Callable[..., str]):
    assert "AADSTS700024" in refusal(sign_in, cluster_token(seconds=-600))


def test_token_that_the_cluster_did_not_sign_is_refused(
    sign_in: SignIn, trusted: Identity, cluster_token: Callable[..., str]
):
    header, claims, signature = cluster_token().split(".")
    forged = signature[:-10] + ("A" * 10 if not signature.endswith("A" * 10) else "B" * 10)
    assert "AADSTS700027" in refusal(sign_in, f"{header}.{claims}.{forged}")


def test_deleted_credential_no_longer_signs_in(
    sign_in: SignIn, estate: Estate, trusted: Identity, cluster_token: Callable[..., str]
):
    sign_in(cluster_token())
    estate.distrust(trusted)
    assert "AADSTS70021" in refusal(sign_in, cluster_token())
