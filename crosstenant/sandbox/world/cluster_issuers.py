"""The OIDC issuer of a cluster: its address, its signing key, and the tokens that the cluster signs with it.

https://learn.microsoft.com/azure/aks/use-oidc-issuer. An issuer can be switched on and never off, its address ends
with a slash and has a new UUID in each new cluster. The key belongs to the address: it is made when it is first asked
for, and survives a reset of the state, as the tokens' key does. A cluster's API server signs with exactly this key.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from functools import lru_cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization

from crosstenant.sandbox.world.clouds import cloud_of
from crosstenant.sandbox.world.ids import CLUSTER_TYPE
from crosstenant.sandbox.world.signing_keys import base64url, new_signing_key, private_key, public_key_document
from crosstenant.sandbox.world.state import State

Json = dict[str, Any]

KEYS: Final = "cluster_signing_keys"
"""The state's section with the keys, by issuer."""
JWKS_PATH: Final = "openid/v1/jwks"


def issuer_url(cluster: Json) -> str | None:
    """The address of a cluster's issuer, with its closing slash; None while the issuer is off.

    :param cluster: The cluster's document in the state.
    """
    profile: Json = cluster["properties"].get("oidcIssuerProfile") or {}
    return profile.get("issuerURL") if profile.get("enabled") else None


def switch_on(state: State, cluster: Json, issuer_id: str | None = None) -> str:
    """Switches a cluster's issuer on, or gives it a new address.

    :param issuer_id: The UUID in the address; a new one by default.
    :returns: The address.
    """
    subscription_id = cluster["id"].split("/")[2]
    tenant_id = state["subscriptions"][subscription_id]["_tenant"]
    host = f"{cluster['location']}.{cloud_of(state).issuer_domain}"
    address = f"https://{host}/{tenant_id}/{issuer_id or uuid.uuid4()}/"
    cluster["properties"]["oidcIssuerProfile"] = {"enabled": True, "issuerURL": address}
    return address


def find_cluster(state: State, address: str) -> Json | None:
    """The cluster whose issuer has this address, to the letter; None without one."""
    for document in state["resources"].values():
        if document["type"].lower() == CLUSTER_TYPE.lower() and issuer_url(document) == address:
            return document
    return None


def has_signing_key(state: State, cluster: Json) -> bool:
    """Whether the key exists; ``signing_key_pem`` otherwise makes it, and the state must be open for changing."""
    return issuer_url(cluster) in state.get(KEYS, {})


def signing_key_pem(state: State, cluster: Json) -> str:
    """The RSA key with which a cluster signs the tokens of its service accounts, as unencrypted PEM.

    :param state: Opened for changing, unless ``has_signing_key``.
    :raises LookupError: The cluster's issuer is off.
    """
    address = issuer_url(cluster)
    if address is None:
        raise LookupError(f"cluster {cluster['name']} has no OIDC issuer: it is off")
    keys: dict[str, str] = state.setdefault(KEYS, {})
    if address not in keys:
        keys[address] = new_signing_key()
    return keys[address]


def discovery(address: str) -> Json:
    """The issuer's discovery document."""
    return {
        "issuer": address,
        "jwks_uri": f"{address}{JWKS_PATH}",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def jwks(state: State, cluster: Json) -> Json:
    """The JWKS document of a cluster's issuer. Arguments and errors as for ``signing_key_pem``."""
    pem = signing_key_pem(state, cluster)
    return {"keys": [public_key_document(pem, key_id(pem))]}


@lru_cache(maxsize=32)
def key_id(pem: str) -> str:
    """The ``kid`` of a key as Kubernetes derives it: the digest of the public key's DER form.

    https://github.com/kubernetes/kubernetes/blob/master/pkg/serviceaccount/jwt.go, ``keyIDFromPublicKey``.
    """
    der = (
        private_key(pem)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return base64url(hashlib.sha256(der).digest())


def service_account_token(
    state: State,
    cluster: Json,
    namespace: str,
    service_account: str,
    audience: str | None = None,
    seconds: int = 3600,
) -> str:
    """A token as the cluster's API server signs it for a service account, on the machine's clock.

    :param audience: The token's audience; by default the one that Entra asks for.
    :param seconds: Seconds until it expires; in the past if negative.
    """
    issued = int(time.time())
    pem = signing_key_pem(state, cluster)
    claims = {
        "iss": issuer_url(cluster),
        "sub": f"system:serviceaccount:{namespace}:{service_account}",
        "aud": [audience or cloud_of(state).federation_audience],
        "iat": issued,
        "nbf": min(issued, issued + seconds),
        "exp": issued + seconds,
        "jti": str(uuid.uuid4()),
        "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": service_account}},
    }
    return jwt.encode(claims, private_key(pem), algorithm="RS256", headers={"kid": key_id(pem)})
