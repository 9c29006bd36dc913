"""Discovery: the documents by which clients find a tenant's endpoints.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

HOST: Final = "login.microsoftonline.com"


def instance(authorization_endpoint: str) -> Json:
    """Instance discovery: the host's aliases, and the address of a tenant's discovery document.

    :param authorization_endpoint: The address from the request; it names the tenant.
    """
    tenant = authorization_endpoint.removeprefix(f"https://{HOST}/").split("/")[0]
    aliases = [HOST, "login.windows.net", "login.microsoft.com", "sts.windows.net"]
    return {
        "tenant_discovery_endpoint": f"https://{HOST}/{tenant or 'common'}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": HOST, "preferred_cache": "login.windows.net", "aliases": aliases}],
    }


def openid_configuration(tenant_id: str, version: str) -> Json:
    """A tenant's discovery document; ``version`` is ``v2.0``, or empty for the first version."""
    base = f"https://{HOST}/{tenant_id}"
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
        "issuer": f"{base}/v2.0" if version else f"https://sts.windows.net/{tenant_id}/",
        "request_uri_parameter_supported": False,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": f"{base}/oauth2/{middle}authorize",
        "device_authorization_endpoint": f"{base}/oauth2/{middle}devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/{middle}logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    }
