"""``ConsentedServicePrincipal``: the service principal of an application that an administrator of the tenant made.

It owns nothing in Azure and asks no directory: it signs in as the application itself, and the token names the service
principal. That needs no right in the tenant. Nothing is ever changed or deleted there.

It is a resource and no function, so that the plan of a later update knows the object ID without the secret, which is
unknown while a new one is being made, and so that one sign-in that fails for a moment takes no role assignment away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final

from crosstenant.azure.sign_in.secret_proof import ApplicationUnknown, SignInError, prove_secret
from crosstenant.azure.waiting import Clock
from crosstenant.errors import OperatorError
from crosstenant.model.arm_id import is_uuid
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.resource import Change, CustomResource, Diff, Difference, Failure, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN

# A secret just made may be refused for a while: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
# (AADSTS7000215) does not tell it from a wrong one.
_SECRET_SECONDS: Final = 120
_PREVIEW_SECONDS: Final = 5

_INPUTS: Final[dict[str, Any]] = {
    "clientId": {
        "type": "string",
        "description": "Client ID (UUID) of the application. Another one replaces the resource.",
        "willReplaceOnChanges": True,
    },
    "secret": {
        "type": "string",
        "secret": True,
        "description": "The application's secret. It goes to the sign-in service of the provider's tenant alone.",
    },
}

Prove = Callable[..., Awaitable[str]]
"""``sign_in.prove_secret``."""


class ConsentedServicePrincipal(CustomResource[Context]):
    """The service principal of one application in the provider's tenant."""

    token: ClassVar[str] = "crosstenant:index:ConsentedServicePrincipal"  # noqa: S105
    secret_properties: ClassVar[frozenset[str]] = frozenset({"secret"})
    schema: ClassVar[dict[str, Any]] = {
        "description": (
            "Looks up the service principal of an application in the provider's tenant, where an administrator makes "
            "it by consenting to the application, by signing in as the application. The provider's caller needs no "
            "right in the directory. The service principal is never changed or deleted.\n\n"
            "Before the consent, `exists` is false, and every preview and update looks again. Once it was found, "
            "the object ID stays until a refresh finds another one."
        ),
        "inputProperties": _INPUTS,
        "requiredInputs": ["clientId", "secret"],
        "properties": {
            **_INPUTS,
            "objectId": {
                "type": "string",
                "description": "Object ID (UUID) of the service principal; empty before the consent.",
            },
            "exists": {
                "type": "boolean",
                "description": "Whether the tenant knows the application, when it was last looked at.",
            },
        },
        "required": ["clientId", "secret", "objectId", "exists"],
    }

    def __init__(self, context: Context, *, prove: Prove = prove_secret, clock: Clock | None = None) -> None:
        """
        :param context: The tenant.
        :param prove: Signs in.
        :param clock: The clock; the machine's if not given.
        """
        super().__init__(context)
        self._sign_in = prove
        self._clock = clock or Clock()

    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        """Checks forms; nobody signs in."""
        inputs = {name: news[name] for name in _INPUTS if news.get(name) is not None}
        return inputs, _failures(inputs)

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """A changed input; or, before the consent, a service principal that is there now."""
        if not _same_application(olds, news):
            return Diff({"clientId": Difference(Change.REPLACE)})
        differences: dict[str, Difference] = {}
        if news["secret"] is UNKNOWN or news["secret"] != olds.get("secret"):
            differences["secret"] = Difference(Change.UPDATE)
        if not olds["exists"] and (
            olds["objectId"] or (await self._looked_up(urn, olds, news, _PREVIEW_SECONDS))["exists"] is True
        ):
            differences["exists"] = Difference(Change.UPDATE, is_input=False)
        return Diff(differences)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """Looks, where the application and its secret exist already."""
        return await self._looked_up(urn, {}, inputs, _PREVIEW_SECONDS)

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Looks; that there is no service principal yet is no error."""
        outputs = await self._looked_up(urn, {}, inputs, _SECRET_SECONDS)
        return f"{self.context.tenant.tenant_id}/{inputs['clientId']}", outputs

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Looks again. A secret that does not sign in says nothing of the service principal: what was known stays."""
        if not inputs:
            raise OperatorError(
                "there is nothing to import: declare the resource, and its first update looks the service principal up"
            )
        try:
            found = await self._look_up(urn, inputs, seconds=0)
        except SignInError as error:
            await self.context.log.warning(urn, str(error))
            return Observed(resource_id, inputs, olds)
        return Observed(resource_id, inputs, _outputs(inputs, olds, found))

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """As ``update``: to look changes nothing."""
        return await self._looked_up(urn, olds, news, _PREVIEW_SECONDS)

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Looks again, unless the service principal is known: another secret is no reason to look."""
        return await self._looked_up(urn, olds, news, _SECRET_SECONDS)

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Forgets the service principal, which belongs to the tenant's administrators."""

    async def _looked_up(self, urn: str, olds: Properties, news: Properties, seconds: float) -> Properties:
        if olds.get("exists"):
            return _outputs(news, olds, olds["objectId"])
        if news["clientId"] is UNKNOWN or news["secret"] is UNKNOWN:
            return {**news, "objectId": olds.get("objectId") or UNKNOWN, "exists": UNKNOWN}
        try:
            return _outputs(news, olds, await self._look_up(urn, news, seconds))
        except SignInError as error:
            raise OperatorError(str(error)) from None

    async def _look_up(self, urn: str, inputs: Properties, seconds: float) -> str:
        tenant = self.context.tenant

        async def waiting(message: str) -> None:
            await self.context.log.status(urn, message)

        try:
            object_id = await self._sign_in(
                tenant.tenant_id,
                tenant.cloud,
                inputs["clientId"],
                inputs["secret"],
                deadline=self._clock.now() + seconds,
                on_wait=waiting,
                clock=self._clock,
                wait_for_application=False,
            )
        except ApplicationUnknown:
            return ""
        if not object_id:
            raise OperatorError(
                f"application {inputs['clientId']} signs in to tenant {tenant.tenant_id}, but its token does not name "
                "its service principal: set service_principal to 'managed', which reads it from Microsoft Graph"
            )
        return object_id


def _outputs(inputs: Properties, olds: Properties, found: str) -> Properties:
    # One that was there and is gone keeps its ID: what was granted to it is repaired or removed, never forgotten.
    return {**inputs, "objectId": found or olds.get("objectId", ""), "exists": bool(found)}


def _same_application(olds: Properties, news: Properties) -> bool:
    return isinstance(news["clientId"], str) and news["clientId"].lower() == str(olds.get("clientId")).lower()


def _failures(inputs: Properties) -> list[Failure]:
    client_id, secret = inputs.get("clientId"), inputs.get("secret")
    failures: list[Failure] = []
    if client_id is not UNKNOWN and not (isinstance(client_id, str) and is_uuid(client_id)):
        # Not repeated: whoever mixes the arguments up has the secret here.
        failures.append(Failure("clientId", "is no client ID: give the application's client ID, a UUID"))
    if secret is not UNKNOWN and not (isinstance(secret, str) and secret.strip()):
        failures.append(Failure("secret", "is missing: give the value of one of the application's secrets"))
    return failures
