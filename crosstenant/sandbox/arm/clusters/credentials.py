"""The kubeconfig of a cluster, for its users and for its administrators.

https://learn.microsoft.com/rest/api/aks/managed-clusters/list-cluster-user-credentials. With local accounts, which AKS
has by default, both hold a client certificate of an administrator.
"""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Final

from crosstenant.sandbox.arm.ids import find_resource
from crosstenant.sandbox.arm.request import Answer, ArmRequest
from crosstenant.sandbox.kubernetes.certificates import ensure_certificates
from crosstenant.sandbox.kubernetes.kubeconfig import kubeconfig


def _list_credentials(request: ArmRequest, kind: str) -> Answer:
    cluster = find_resource(request.state, request.scope)
    ensure_certificates(cluster)
    # YAML has all of JSON.
    encoded = base64.b64encode(json.dumps(kubeconfig(cluster, kind)).encode()).decode()
    return Answer(200, {"kubeconfigs": [{"name": f"cluster{kind}", "value": encoded}]})


list_user_credentials: Final = partial(_list_credentials, kind="User")
"""``POST .../managedClusters/{name}/listClusterUserCredential``."""
list_admin_credentials: Final = partial(_list_credentials, kind="Admin")
"""``POST .../managedClusters/{name}/listClusterAdminCredential``."""
