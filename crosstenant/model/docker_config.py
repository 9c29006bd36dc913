"""The image pull secret: a docker config document for clusters that pull with a Kubernetes Secret.

https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence


def docker_config(login_servers: Sequence[str], client_id: str, secret: str) -> str:
    """The content of ``.dockerconfigjson`` for the given registries. Secret.

    :param login_servers: Hosts of the registries, ``fabrikamimages.azurecr.io``.
    :param client_id: The application's client ID (UUID): the user name.
    :param secret: The application's secret: the password.
    """
    basic = b64encode(f"{client_id}:{secret}".encode()).decode()
    entry = {"username": client_id, "password": secret, "auth": basic}
    return json.dumps({"auths": {server: entry for server in login_servers}}, sort_keys=True)
