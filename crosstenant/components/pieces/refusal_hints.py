"""What a refusal of Azure means for this package's resources, said beside the provider's own error.

azuread's and azure-native's providers repeat what Azure said. Some of it has one cause here and one remedy: it is
logged when the operation fails, and costs nothing when none does.
"""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pulumi
from pulumi.resource_hooks import ErrorHook, ErrorHookArgs

from crosstenant.components.tenant import TenantProviders

T = TypeVar("T")

# A new service principal may not have reached the directory that Resource Manager asks:
# https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---assigning-a-role-to-a-new-principal-sometimes-fails
_REPLICATION_PAUSES = (2, 5, 10, 20, 30, 30, 30)

_CONSENTED_WAY = "set service_principal (registry_service_principal of CrossTenantPull) to 'consented'"

_numbers = count(1)


def hook_name(resource_name: str, purpose: str) -> str:
    """A name for a hook of ``resource_name``: names are unique in a run, and resources of two parents may share one."""
    return f"{resource_name}-{purpose}-{next(_numbers)}"


def in_this_run(work: Callable[..., Coroutine[Any, Any, T]]) -> Callable[..., Awaitable[T]]:
    """``work``, called back by the engine, with the settings of the run that is going on now.

    A callback arrives in a context of its own, and Pulumi keeps the run's connections in the context.
    """
    context = contextvars.copy_context()
    return lambda *arguments: context.copy().run(asyncio.ensure_future, work(*arguments))


def on_service_principal_error(name: str, providers: TenantProviders, component: pulumi.Resource) -> ErrorHook:
    """Says what to do about a service principal that is there already, or that the caller may not make.

    :param name: Name of the service principal's resource.
    :param providers: The providers of its tenant.
    :param component: The component that it belongs to.
    """

    async def explain(failed: ErrorHookArgs) -> bool:
        found = re.search(r'ID "(/servicePrincipals/[^"]+)" already exists', failed.errors[0])
        if found:
            parent, provider = await component.urn.future(), await providers.azuread.urn.future()
            pulumi.log.error(
                f"the application has a service principal in tenant {providers.tenant_id} already, which this stack did"
                f" not make. Either {_CONSENTED_WAY}, which uses it as it is and leaves it alone; or let this stack"
                f" manage it: pulumi import azuread:index/servicePrincipal:ServicePrincipal {name} {found[1]}"
                f" --protect=false --parent 'parent={parent}' --provider 'provider={provider}'",
                component,
            )
        elif "Authorization_RequestDenied" in failed.errors[0] and failed.failed_operation == "create":
            pulumi.log.error(
                f"the caller in tenant {providers.tenant_id} may not make service principals: give it the Microsoft"
                " Graph permission Application.ReadWrite.All or the Entra role Cloud Application Administrator there;"
                f" or {_CONSENTED_WAY}, which needs no right in the directory",
                component,
            )
        return False

    return ErrorHook(hook_name(name, "error"), in_this_run(explain))


def on_role_assignment_error(name: str, providers: TenantProviders, component: pulumi.Resource) -> ErrorHook:
    """Waits for a principal that has not replicated, and says what to do about an assignment that is there already or
    that the caller may not make.

    :param name: Name of the role assignment's resource.
    :param providers: The providers of its tenant.
    :param component: The component that it belongs to.
    """

    async def explain_or_wait(failed: ErrorHookArgs) -> bool:
        tried, scope = len(failed.errors), str((failed.new_inputs or {}).get("scope", ""))
        if "PrincipalNotFound" in failed.errors[0] and tried <= len(_REPLICATION_PAUSES):
            await asyncio.sleep(_REPLICATION_PAUSES[tried - 1])
            return True
        if "RoleAssignmentExists" in failed.errors[0]:
            found = re.search(r"\b[0-9a-f]{32}\b", failed.errors[0])
            existing = str(UUID(found[0])) if found else f"<its name: 'az role assignment list --scope {scope}'>"
            pulumi.log.error(
                "the application has this role on the registry already, by an assignment that this stack did not make:"
                f" {scope}/providers/Microsoft.Authorization/roleAssignments/{existing}. Give the registry"
                f" role_assignment_name='{existing}', and the next update takes it over (imports it); or remove it",
                component,
            )
        elif "RoleAssignmentUpdateNotPermitted" in failed.errors[0]:
            existing = (failed.new_inputs or {}).get("roleAssignmentName")
            pulumi.log.error(
                "somebody has put an assignment of another role in the place of this stack's, under its name, and Azure"
                " lets nobody change the role of one that exists. Remove it, 'az role assignment delete --ids"
                f" {scope}/providers/Microsoft.Authorization/roleAssignments/{existing}', and run 'pulumi up"
                " --refresh'",
                component,
            )
        elif "AuthorizationFailed" in failed.errors[0] and failed.failed_operation == "create":
            pulumi.log.error(
                f"the caller in tenant {providers.tenant_id} may not assign roles on {scope}: give it the role Role"
                " Based Access Control Administrator there; a new assignment takes some minutes to count",
                component,
            )
        return False

    return ErrorHook(hook_name(name, "error"), in_this_run(explain_or_wait))
