"""What the hosts of another cloud answer: they exist, and know nothing of the state's tenants and registries.

The clouds share no directory, no subscription and no registry:
https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud. The public cloud and US
Government know of each other's tenants; to an application's request they answer AADSTS900382
(https://github.com/Azure/ms-rest-nodeauth/issues/110). For China that is an open question.
"""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crosstenant.sandbox.arm.metadata import endpoint_metadata
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.entra import discovery
from crosstenant.sandbox.entra.app import refusal_response
from crosstenant.sandbox.entra.clients import tenant_not_found, tenant_of_another_cloud
from crosstenant.sandbox.entra.tokens import ARM_AUDIENCE, GRAPH_AUDIENCE, refusal_elsewhere
from crosstenant.sandbox.graph.refusals import GraphRefusal
from crosstenant.sandbox.registry.refusals import not_found
from crosstenant.sandbox.world.clouds import CHINA, Cloud, cloud_of, cloud_of_host
from crosstenant.sandbox.world.hosts import service_of
from crosstenant.sandbox.world.open_questions import CHINA_ELSEWHERE
from crosstenant.sandbox.world.state import Store

_METHODS: Final = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]


def make_app(store: Store) -> Starlette:
    """The services of every cloud but the state's, as one application."""

    async def answer(request: Request) -> Response:
        host = request.headers.get("host", "")
        cloud = cloud_of_host(host)
        assert cloud is not None
        service = service_of(host)
        if service == "login":
            with store.read() as state:
                here = cloud_of(state)
                known = CHINA not in (cloud, here) or CHINA_ELSEWHERE.answer(state) == "other_cloud"
                tenants = {
                    name.lower()
                    for tenant_id, tenant in state["tenants"].items()
                    for name in (tenant_id, tenant["defaultDomainName"])
                }
            return _sign_in(request, tenants if known else set())
        if service == "arm":
            return _resource_manager(request, cloud)
        if service == "graph":
            error = refusal_elsewhere(request.headers.get("authorization"), GRAPH_AUDIENCE)
            refusal = GraphRefusal(error.status, error.code, error.message, source=error.source)
            return refusal.response(request.headers.get("client-request-id"))
        unknown = not_found()
        return JSONResponse(unknown.document(), unknown.status, unknown.headers)

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


def _sign_in(request: Request, tenants: set[str]) -> Response:
    """
    :param tenants: IDs and domains of the tenants of another cloud that the host's cloud knows of.
    """
    path = request.url.path
    if path.endswith("/discovery/instance"):
        return JSONResponse(discovery.instance(request.query_params.get("authorization_endpoint", "")))
    if path.endswith("/keys"):
        return JSONResponse({"keys": []})
    tenant = path.split("/")[1]
    if tenant.lower() in tenants:
        return refusal_response(request, tenant_of_another_cloud())
    return refusal_response(request, tenant_not_found(tenant))


def _resource_manager(request: Request, cloud: Cloud) -> Response:
    if request.url.path == "/metadata/endpoints":
        return JSONResponse(endpoint_metadata(cloud, request.query_params.get("api-version", "")))
    error = refusal_elsewhere(request.headers.get("authorization"), ARM_AUDIENCE)
    headers = {"WWW-Authenticate": f'Bearer authorization_uri="https://{cloud.arm_authority}/common"'}
    refusal = ArmRefusal(error.status, error.code, error.message, headers=headers, source=error.source)
    return JSONResponse(refusal.document(), refusal.status, refusal.headers)
