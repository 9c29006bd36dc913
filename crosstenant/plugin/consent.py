"""``Consent``: the gate between the tenants. Its create ends when the registry tenant has consented to the application.

It owns nothing in Azure and reads no directory: it signs in as the application itself, and the token names the service
principal that the consent has created. This needs no permission in the tenant, and changes and deletes nothing there.

It is a resource and not a function, for three reasons: every plan shows the resources behind it; the plan of a later
update knows the object ID without the secret, which is unknown while a new one is made; and a sign-in that fails for a
moment does not delete a role assignment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final

from crosstenant.azure.directory.directory_rights import is_single_tenant
from crosstenant.azure.sign_in.secret_proof import (
    ApplicationDisabled,
    ApplicationUnknown,
    Prove,
    SignInError,
    prove_secret,
)
from crosstenant.azure.waiting import Clock, lasting
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import Cloud
from crosstenant.model.consent import MissingConsent, consent_url
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.pauses import CONSENT
from crosstenant.plugin.consent_fields import DEFAULT_SECRET_SECONDS, DESCRIPTION, INPUTS, OUTPUTS
from crosstenant.plugin.context import Context
from crosstenant.plugin.secret_dates_fields import secret_dates, without_dates
from crosstenant.provider_kit import fields
from crosstenant.provider_kit.declared import DeclaredResource
from crosstenant.provider_kit.fields import Fields
from crosstenant.provider_kit.resource import Change, Diff, Difference, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN

_PREVIEW_SECONDS: Final = 5

IsSingleTenant = Callable[[Cloud, str], Awaitable[bool]]
"""``directory_rights.is_single_tenant``."""


class Consent(DeclaredResource[Context]):
    """The consent of the provider's tenant to one application."""

    token: ClassVar[str] = "crosstenant:index:Consent"  # noqa: S105
    description: ClassVar[str] = DESCRIPTION
    inputs: ClassVar[Fields] = INPUTS
    outputs: ClassVar[Fields] = OUTPUTS

    def __init__(
        self,
        context: Context,
        *,
        prove: Prove = prove_secret,
        single_tenant: IsSingleTenant = is_single_tenant,
        clock: Clock | None = None,
    ) -> None:
        """
        :param context: The registry tenant.
        :param prove: Signs in.
        :param single_tenant: Tells whether an application is one that no other tenant can consent to.
        :param clock: The clock; the machine's if not given.
        """
        super().__init__(context)
        self._prove = prove
        self._is_single_tenant = single_tenant
        self._clock = clock or Clock()

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """A changed input, or a consent that was withdrawn."""
        # With the outputs, which contain the inputs: a state from before 1.0 has no other record of the defaults.
        differences = fields.differences(INPUTS, olds, news)
        if "clientId" in differences:
            return Diff({"clientId": Difference(Change.REPLACE)})
        if not _is_consented(olds):
            differences["consented"] = Difference(Change.UPDATE, is_input=False)
        return Diff(differences)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """Signs in if application and secret exist already, and warns about a missing consent."""
        return await self._previewed(urn, {}, inputs)

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Waits for the consent."""
        outputs = await self._consented(urn, {}, inputs, timeout)
        return f"{self.context.tenant.tenant_id}/{inputs['clientId']}", outputs

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Signs in again. The resource and its object ID stay in any case, so that no role assignment is given up.

        A secret that does not sign in says nothing about the consent: the previous state is kept.
        """
        if not inputs:
            raise OperatorError(
                "there is nothing to import: declare the resource, and its first update looks the service principal up"
            )
        if not inputs.get("secret"):  # Imported, and not updated since.
            return Observed(resource_id, inputs, olds)
        try:
            object_id = await self._sign_in(urn, inputs, self._clock.now())
        except ApplicationUnknown:
            withdrawn = self._missing(inputs, withdrawn=True).drift()
            await self.context.log.warning(urn, await self._single_tenant(inputs) or withdrawn)
            return Observed(resource_id, inputs, {**olds, "consented": False})
        except SignInError as error:
            await self.context.log.warning(urn, str(error))
            return Observed(resource_id, inputs, olds)
        return Observed(resource_id, inputs, self._outputs(inputs, object_id))

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """As for a create, if the consent was withdrawn."""
        if _is_consented(olds):
            return self._outputs(news, olds["objectId"])
        return await self._previewed(urn, olds, news)

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Waits for the consent if it was withdrawn; another secret needs no consent."""
        if _is_consented(olds):
            return self._outputs(news, olds["objectId"])
        return await self._consented(urn, olds, news, timeout)

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Removes the record; the service principal belongs to the tenant's administrators."""

    async def _previewed(self, urn: str, olds: Properties, news: Properties) -> Properties:
        if news["clientId"] is UNKNOWN or news["secret"] is UNKNOWN:
            return self._outputs(news, UNKNOWN)
        try:
            object_id = await self._sign_in(urn, news, self._clock.now() + _PREVIEW_SECONDS)
        except ApplicationUnknown:
            missing = self._missing(news, withdrawn=bool(olds.get("objectId")))
            await self.context.log.warning(urn, missing.notice(news["timeoutSeconds"] or 0))
            # A new consent creates another service principal, so the role assignments are replaced.
            return self._outputs(news, UNKNOWN)
        return self._outputs(news, object_id)

    async def _consented(self, urn: str, olds: Properties, news: Properties, timeout: float) -> Properties:
        missing = self._missing(news, withdrawn=bool(olds.get("objectId")))
        try:
            return self._outputs(news, await self._wait(urn, news, missing, timeout))
        except asyncio.CancelledError:
            raise OperatorError(f"cancelled: {missing.failure()}") from None

    async def _wait(self, urn: str, inputs: Properties, missing: MissingConsent, timeout: float) -> str:
        began = self._clock.now()
        limit = min(inputs["timeoutSeconds"], timeout) if timeout else inputs["timeoutSeconds"]
        pauses = iter(CONSENT)
        asked_before = False
        of_secret = inputs.get("secretTimeoutSeconds", DEFAULT_SECRET_SECONDS)
        while True:
            secret_seconds = min(of_secret, began + timeout - self._clock.now()) if timeout else of_secret
            try:
                return await self._sign_in(urn, inputs, self._clock.now() + secret_seconds)
            except ApplicationUnknown:
                left = began + limit - self._clock.now()
                if not asked_before and (impossible := await self._single_tenant(inputs)):
                    raise OperatorError(impossible) from None
                if left <= 0:
                    raise OperatorError(missing.failure(lasting(limit) if limit else "")) from None
            text = missing.waiting(lasting(left))
            if not asked_before:  # Without a terminal there is no status line.
                await self.context.log.info(urn, text)
            asked_before = True
            await self.context.log.status(urn, text)
            await self._clock.sleep(min(next(pauses), left))

    async def _sign_in(self, urn: str, inputs: Properties, deadline: float) -> str:
        """The object ID of the service principal.

        :raises SignInError: ``ApplicationUnknown`` if the tenant has not consented.
        """
        tenant, client_id = self.context.tenant, inputs["clientId"]

        async def waiting(message: str) -> None:
            await self.context.log.status(urn, message)

        try:
            object_id = await self._prove(
                tenant.tenant_id,
                tenant.cloud,
                AppCredential(client_id, inputs["secret"]),
                deadline=deadline,
                on_wait=waiting,
                clock=self._clock,
                wait_for_application=False,
                dates=secret_dates(inputs),
            )
        except ApplicationDisabled:
            raise ApplicationDisabled(
                f"the service principal of application {client_id} is disabled in registry tenant {tenant.tenant_id}: "
                "an administrator of that tenant must enable it under Enterprise applications (Enabled for users to "
                "sign-in); then run 'pulumi up' again"
            ) from None
        if not object_id:
            raise SignInError(
                f"application {client_id} signs in to registry tenant {tenant.tenant_id}, but its token does not name "
                "its service principal: set service_principal to 'managed', which reads it from Microsoft Graph"
            )
        return object_id

    async def _single_tenant(self, inputs: Properties) -> str:
        """What to do about an application to which no tenant can consent; empty if that is not known."""
        client_id = inputs["clientId"]
        if not await self._is_single_tenant(self.context.tenant.cloud, client_id):
            return ""
        return (
            f"application {client_id} is single-tenant, so no other tenant can consent to it: a stack that declares "
            "the application with this package sets its sign-in audience to AzureADMultipleOrgs ('pulumi up "
            "--refresh'; if it has done so in this update, Entra needs a minute, and 'pulumi up' again is sufficient); "
            f"for any other, run 'az ad app update --id {client_id} --sign-in-audience AzureADMultipleOrgs',"
            " then 'pulumi up' again"
        )

    def _missing(self, inputs: Properties, *, withdrawn: bool) -> MissingConsent:
        url = self._url(inputs)
        return MissingConsent(self.context.tenant.tenant_id, inputs["clientId"], url, withdrawn)

    def _url(self, inputs: Properties) -> str:
        tenant = self.context.tenant
        return consent_url(tenant.cloud, tenant.tenant_id, inputs["clientId"], inputs.get("redirectUri"))

    def _outputs(self, inputs: Properties, object_id: Any) -> Properties:
        url = UNKNOWN if UNKNOWN in (inputs["clientId"], inputs.get("redirectUri")) else self._url(inputs)
        consented = UNKNOWN if object_id is UNKNOWN else True
        kept = without_dates(inputs)
        return {**kept, "objectId": object_id, "consentUrl": url, "consented": consented}


def _is_consented(olds: Properties) -> bool:
    # States from before 1.0 do not record it; they have an object ID after the consent.
    return bool(olds.get("consented", olds.get("objectId")))
