"""The certificates of a cluster: an authority of its own, as AKS makes one for each cluster, and what it has issued.

They are in the cluster's document, so that a kubeconfig stays valid from one run of the sandbox to the next.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import trustme

Json = dict[str, Any]

_ADMINISTRATOR: Final = ("masterclient", "system:masters")
"""User and group of the one client certificate that AKS issues: https://learn.microsoft.com/azure/aks/manage-azure-rbac."""


@dataclass(frozen=True)
class KeyPair:
    """A certificate and its private key, both as PEM."""

    certificate: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class ClusterCertificates:
    """What a cluster is made with; a cluster that is created again has others."""

    cluster_id: str
    """Distinguishes the cluster from an earlier one of the same name."""
    authority: KeyPair
    administrator: KeyPair

    @property
    def folder(self) -> str:
        """Name of the cluster's folder: never a path, whatever a state file from another person says."""
        return hashlib.sha256(self.cluster_id.encode()).hexdigest()[:16]

    def server(self, *names: str) -> KeyPair:
        """Issues a certificate for a server of the cluster, which may also use it as a client.

        :param names: The host names and addresses of the server.
        """
        return _pair(_loaded(self.authority).issue_cert(*names))


def ensure_certificates(cluster: Json) -> bool:
    """Gives a cluster its certificates, once; the caller holds the state open for changing.

    :param cluster: The cluster's document.
    :returns: Whether they were missing.
    """
    if "_kubernetes" in cluster:
        return False
    authority = trustme.CA(organization_name="crosstenant sandbox", organization_unit_name=cluster["name"])
    user, group = _ADMINISTRATOR
    administrator = authority.issue_cert("masterclient.local", common_name=user, organization_name=group)
    cluster["_kubernetes"] = {
        "id": str(uuid.uuid4()),
        "authority": _document(
            KeyPair(authority.cert_pem.bytes().decode(), authority.private_key_pem.bytes().decode()),
        ),
        "administrator": _document(_pair(administrator)),
    }
    return True


def certificates_of(cluster: Json) -> ClusterCertificates:
    """The certificates of a cluster that has them.

    :param cluster: The cluster's document.
    """
    found = cluster["_kubernetes"]
    pairs = {name: KeyPair(found[name]["certificate"], found[name]["_key"]) for name in ("authority", "administrator")}
    return ClusterCertificates(found["id"], **pairs)


def _document(pair: KeyPair) -> Json:
    return {"certificate": pair.certificate, "_key": pair.key}


def _loaded(pair: KeyPair) -> trustme.CA:
    return trustme.CA.from_pem(pair.certificate.encode(), pair.key.encode())


def _pair(leaf: trustme.LeafCert) -> KeyPair:
    chain = "".join(blob.bytes().decode() for blob in leaf.cert_chain_pems)
    return KeyPair(chain, leaf.private_key_pem.bytes().decode())
