"""A YAML program: the components hosted by the plugin, for languages that cannot import the package."""

from __future__ import annotations

from engine_world import Azure

PROGRAM = """
    config:
      clusterTenantId: {type: string}
      clusterId: {type: string}
      clusterClientId: {type: string}
      clusterClientSecret: {type: string, secret: true}
      registryTenantId: {type: string}
      registryId: {type: string}
      registryClientId: {type: string}
      registryClientSecret: {type: string, secret: true}
    resources:
      pull:
        type: crosstenant:CrossTenantPull
        properties:
          clusterTenant:
            tenantId: ${clusterTenantId}
            clientId: ${clusterClientId}
            clientSecret: ${clusterClientSecret}
          registryTenant:
            tenantId: ${registryTenantId}
            clientId: ${registryClientId}
            clientSecret: ${registryClientSecret}
          registries:
            - registryId: ${registryId}
          clusters:
            - clusterId: ${clusterId}
    outputs:
      clientId: ${pull.clientId}
      loginServer: ${pull.loginServers[0]}
      imagePullSecret: ${pull.imagePullSecret}
"""


def test_scratch(make_stack, azure: Azure):
    stack = make_stack(PROGRAM, runtime="yaml")
    up = stack.operate("up")
    print(up.output)
    assert 0
