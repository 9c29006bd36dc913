"""What a cluster's control plane is started with, as the state has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from crosstenant.sandbox.kubernetes.certificates import ClusterCertificates, certificates_of, ensure_certificates
from crosstenant.sandbox.world.cluster_issuers import has_signing_key, issuer_url, signing_key_pem
from crosstenant.sandbox.world.ids import CLUSTER_TYPE
from crosstenant.sandbox.world.signing_keys import new_signing_key
from crosstenant.sandbox.world.state import State, Store

Json = dict[str, Any]

_ABSENT: Final = ("Creating", "Deleting")


@dataclass(frozen=True)
class ClusterSettings:
    """The settings of one control plane; where one of them changes, it is started again."""

    name: str
    """Name of the cluster."""
    host: str
    """Host name of its API server."""
    issuer: str
    """URL of the issuer of its service account tokens."""
    signing_key: str = field(repr=False)
    """The key that signs them: PEM."""
    certificates: ClusterCertificates


def find_by_host(state: State, host: str) -> Json | None:
    """The cluster whose API server has this host name; None without one.

    :param host: A host name in lower case, without a port.
    """
    for document in state["resources"].values():
        if document["type"].lower() == CLUSTER_TYPE.lower() and document["properties"].get("fqdn", "").lower() == host:
            return document
    return None


def has_api(cluster: Json) -> bool:
    """Whether a client has asked for the cluster's API before."""
    return "_kubernetes" in cluster


def is_up(cluster: Json) -> bool:
    """Whether the cluster's API server can be reached: it stops with the cluster."""
    properties = cluster["properties"]
    return properties["powerState"]["code"] == "Running" and properties["provisioningState"] not in _ABSENT


def settings_of(store: Store, host: str) -> ClusterSettings | None:
    """The settings of the cluster with this host name; None where no such cluster is up.

    :param store: The state; it is changed where the cluster has no keys yet.
    :param host: A host name in lower case, without a port.
    """
    with store.read() as state:
        cluster = find_by_host(state, host)
        if cluster is None or not is_up(cluster):
            return None
        if has_api(cluster) and _has_key(state, cluster):
            return _settings(state, cluster)
    with store.change() as state:
        cluster = find_by_host(state, host)
        if cluster is None:
            return None
        ensure_certificates(cluster)
        return _settings(state, cluster)


def _settings(state: State, cluster: Json) -> ClusterSettings:
    return ClusterSettings(
        name=cluster["name"],
        host=cluster["properties"]["fqdn"],
        # Without an issuer of its own the API server names itself.
        issuer=issuer_url(cluster) or f"https://{cluster['properties']['fqdn']}",
        signing_key=_signing_key(state, cluster),
        certificates=certificates_of(cluster),
    )


def _has_key(state: State, cluster: Json) -> bool:
    return has_signing_key(state, cluster) if issuer_url(cluster) else "_key" in cluster["_kubernetes"]


def _signing_key(state: State, cluster: Json) -> str:
    if issuer_url(cluster):
        return signing_key_pem(state, cluster)
    own: Json = cluster["_kubernetes"]
    if "_key" not in own:
        own["_key"] = new_signing_key()
    return own["_key"]
