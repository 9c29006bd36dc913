"""Discovery: the documents by which clients find a tenant's endpoints.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from __future__ import annotations

from typing import Any, Final

from crosstenant.sandbox.world.addresses import split_address
from crosstenant.sandbox.world.clouds import CLOUDS, PUBLIC, Cloud

Json = dict[str, Any]

SHARED: Final = ("common", "organizations")
"""What may stand in a tenant's place where the user's account tells it."""


def instance(authorization_endpoint: str) -> Json:
    """Instance discovery: the aliases of every cloud's host, and the address of a tenant's discovery document.

    :param authorization_endpoint: The address from the request; it names the cloud's host and the tenant.
    """
    address = split_address(authorization_endpoint)
    hosts = {host for cloud in CLOUDS.values() for host in cloud.login_hosts}
    host = address.hostname if address.hostname in hosts else PUBLIC.login_host
    tenant = address.path.split("/")[1] if "/" in address.path else ""
    return {
        "tenant_discovery_endpoint": f"https://{host}/{tenant or 'common'}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [_aliases(cloud) for cloud in CLOUDS.values()],
    }


def _aliases(cloud: Cloud) -> Json:
    aliases = list(cloud.login_hosts)
    if cloud is PUBLIC:
        aliases.append("sts.windows.net")
    cached = "login.windows.net" if cloud is PUBLIC else cloud.login_host
    return {"preferred_network": cloud.login_host, "preferred_cache": cached, "aliases": aliases}


def openid_configuration(cloud: Cloud, tenant_id: str, version: str) -> Json:
    """A tenant's discovery document.

    :param tenant_id: The tenant's ID, or a word of ``SHARED``: those name no tenant, and their issuer is a template.
    :param version: ``v2.0``, or empty for the first version.
    """
    base = f"https://{cloud.login_host}/{tenant_id}"
    tenant = "{tenantid}" if tenant_id in SHARED else tenant_id
    middle = f"{version}/" if version else ""
    return {
        "token_endpoint": f"{base}/oauth2/{middle}token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery/{middle}keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"https://{cloud.login_host}/{tenant}/v2.0" if version else f"{cloud.issuer}{tenant}/",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": f"https://{cloud.graph_host}/oidc/userinfo",
        "authorization_endpoint": f"{base}/oauth2/{middle}authorize",
        "device_authorization_endpoint": f"{base}/oauth2/{middle}devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/{middle}logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
        "tenant_region_scope": cloud.region_scope,
        "cloud_instance_name": cloud.login_host.removeprefix("login."),
        "cloud_graph_host_name": cloud.directory_graph_host,
        "msgraph_host": cloud.graph_host,
        "rbac_url": cloud.rbac_url,
    }
