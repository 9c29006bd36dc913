"""``checkSignIn``: whether the provider's credential signs in to its tenant, asked before anything else of the tenant.

Wrong credentials are found by whichever provider of the tenant signs in first. Only here does the answer name the
argument that is wrong, so a component asks this before it declares anything of the tenant. It is not part of the
provider's own check of its arguments, because the engine ends the program when that check fails.
"""

from __future__ import annotations

from typing import ClassVar, Final

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.credentials.arguments import camel
from crosstenant.model.credentials.kinds import Credential
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties


class CheckSignIn(DeclaredFunction[Context]):
    """Signs in; the token serves the tenant's later requests."""

    token: ClassVar[str] = "crosstenant:index:checkSignIn"  # noqa: S105
    inputs: ClassVar[Fields] = {}
    outputs: ClassVar[Fields] = {
        "argument": Field(
            "string", "The argument that is wrong, `clientSecret`; empty if the sign-in succeeded.", required=True
        ),
        "problem": Field(
            "string", "What is wrong with it and what to do; empty if the sign-in succeeded.", required=True
        ),
    }

    async def answer(self, inputs: Properties) -> Properties:
        """Signs in; that it fails is an answer, not an error."""
        from azure.core.exceptions import AzureError

        tenant = self.context.tenant
        try:
            await tenant.credential().get_token(tenant.cloud.arm_scope)
        except AzureError as error:
            argument, problem = _problem(error, tenant)
            return {"argument": argument, "problem": problem}
        return {"argument": "", "problem": ""}


def _problem(error: Exception, tenant: Tenant) -> tuple[str, str]:
    from crosstenant.azure.refusals.refusals import explain, take_apart

    doing = "signing in"
    problem = explain(error, doing=doing, on="", tenant=tenant, secrets=tenant.credentials.secrets())
    # Beside the name of an argument the sentence speaks for itself.
    return _argument(take_apart(error).codes, tenant.credentials), problem.removeprefix(f"{doing}: ")


# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_ARGUMENTS: Final = {
    "AADSTS90002": "tenant_id",
    "AADSTS900021": "tenant_id",
    "AADSTS900023": "tenant_id",
    "AADSTS90038": "environment",
    "AADSTS900382": "environment",
    "AADSTS900432": "environment",
    "AADSTS700016": "client_id",
    "AADSTS7000112": "client_id",
    "AADSTS7000229": "client_id",
}


def _argument(codes: tuple[str, ...], credentials: Credential) -> str:
    found = next((_ARGUMENTS[code] for code in codes if code in _ARGUMENTS), None)
    return camel(found or credentials.blamed)
