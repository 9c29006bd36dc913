"""``GET /metadata/endpoints``: the endpoints of a cloud, by which clients find its other hosts; it needs no token.

Clients: az ``cloud register``, and the providers that are given ``metadata_host`` or ``ARM_METADATA_HOSTNAME``.
"""

from __future__ import annotations

from typing import Any, Final

from crosstenant.sandbox.world.clouds import CLOUDS, Cloud, endpoints

Json = dict[str, Any]

_ONE_CLOUD: Final = "2022-09-01"


def endpoint_metadata(cloud: Cloud, api_version: str) -> Json | list[Json]:
    """The endpoints of the host's own cloud; versions before 2022-09-01 list those of every cloud.

    :param cloud: The cloud of the host.
    """
    if api_version >= _ONE_CLOUD:
        return endpoints(cloud)
    return [endpoints(one) for one in CLOUDS.values()]
