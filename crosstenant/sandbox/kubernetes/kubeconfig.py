"""The kubeconfig of a cluster, as Azure hands it out for a cluster with local accounts."""

from __future__ import annotations

import base64
from typing import Any

from crosstenant.sandbox.kubernetes.certificates import certificates_of

Json = dict[str, Any]


def kubeconfig(cluster: Json, kind: str = "User") -> Json:
    """The kubeconfig of a cluster that has its certificates (``ensure_certificates``).

    :param cluster: The cluster's document.
    :param kind: ``User`` or ``Admin``: the names in it differ. Both have the rights of an administrator.
    """
    name, issued = cluster["name"], certificates_of(cluster)
    group = cluster["id"].split("/")[4]
    user = f"cluster{kind}_{group}_{name}"
    context = f"{name}-admin" if kind == "Admin" else name
    server: Json = {
        "server": f"https://{cluster['properties']['fqdn']}:443",
        "certificate-authority-data": _encoded(issued.authority.certificate),
    }
    administrator: Json = {
        "client-certificate-data": _encoded(issued.administrator.certificate),
        "client-key-data": _encoded(issued.administrator.key),
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": server}],
        "contexts": [{"name": context, "context": {"cluster": name, "user": user}}],
        "current-context": context,
        "preferences": {},
        "users": [{"name": user, "user": administrator}],
    }


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
