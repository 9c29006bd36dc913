"""The kubeconfig of a cluster, for its users and for its administrators.

https://learn.microsoft.com/rest/api/aks/managed-clusters/list-cluster-user-credentials. The sandbox has no Kubernetes
API server: the kubeconfig has the cluster's address, at which no server answers.
"""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Any, Final

from crosstenant.sandbox.arm.ids import find_resource, group_of
from crosstenant.sandbox.arm.request import Answer, ArmRequest

Json = dict[str, Any]


def _list_credentials(request: ArmRequest, kind: str) -> Answer:
    cluster = find_resource(request.state, request.scope)
    name = cluster["name"]
    user = f"cluster{kind}_{group_of(cluster['id'])}_{name}"
    context = f"{name}-admin" if kind == "Admin" else name
    document: Json = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{cluster['properties']['fqdn']}:443"}}],
        "contexts": [{"name": context, "context": {"cluster": name, "user": user}}],
        "current-context": context,
        "users": [{"name": user, "user": {}}],
    }
    # YAML has all of JSON.
    encoded = base64.b64encode(json.dumps(document).encode()).decode()
    return Answer(200, {"kubeconfigs": [{"name": f"cluster{kind}", "value": encoded}]})


list_user_credentials: Final = partial(_list_credentials, kind="User")
"""``POST .../managedClusters/{name}/listClusterUserCredential``."""
list_admin_credentials: Final = partial(_list_credentials, kind="Admin")
"""``POST .../managedClusters/{name}/listClusterAdminCredential``."""
