"""Advice about an application that the caller may not change because it is not an owner of it."""

from __future__ import annotations

from crosstenant.components.pieces.hooks import Advise, Failure
from crosstenant.components.tenant import TenantProviders
from crosstenant.model.matched_texts.provider_texts import APPLICATION_NAMED, DIRECTORY_FORBIDDEN


def of_owner(providers: TenantProviders, advise: Advise) -> Advise:
    """Advice for an application, its service principal and its secrets.

    Only the creation of the application needs no owner, because its creator becomes one.

    :param providers: The providers of the application's tenant.
    :param advise: What to do about other failures.
    """

    async def of_owner_or_other(failure: Failure) -> str | None:
        is_of_application = "clientId" in failure.inputs or "applicationId" in failure.inputs
        if not DIRECTORY_FORBIDDEN.is_in(failure.error) or (failure.operation == "create" and not is_of_application):
            return await advise(failure)
        return (
            f"the caller in tenant {providers.tenant_id} ({providers.signed_in_with}) may not {failure.operation} this"
            " there: with the Microsoft Graph permission Application.ReadWrite.OwnedBy it must be an owner of the"
            f" application. An administrator makes it one, 'az ad app owner add --id {_application(failure)}"
            " --owner-object-id OBJECT_ID' (the object ID of the caller), or gives it Application.ReadWrite.All"
        )

    return of_owner_or_other


def _application(failure: Failure) -> str:
    client_id, application_id = failure.inputs.get("clientId"), failure.inputs.get("applicationId")
    if isinstance(application_id, str):
        # azuread's ID of an application: /applications/<object ID>
        return application_id.rsplit("/", 1)[-1]
    named = APPLICATION_NAMED.search(failure.error)
    return client_id if isinstance(client_id, str) else named["id"] if named else "APPLICATION_ID"
