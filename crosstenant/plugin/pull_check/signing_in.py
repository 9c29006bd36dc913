"""What a sign-in as the application tells a pull check about its service principal in the registry tenant."""

from __future__ import annotations

from crosstenant.azure.sign_in.secret_proof import ApplicationUnknown, Prove, SecretRefused, SignInError
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import Clock
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.provider_kit.resource import Properties


class SigningIn:
    """Sign-ins as the application of a check, each tried once."""

    def __init__(self, tenant: Tenant, prove: Prove) -> None:
        """
        :param tenant: The registry tenant.
        :param prove: Signs in with a secret.
        """
        self._tenant = tenant
        self._prove = prove

    async def principal_id(self, inputs: Properties) -> str:
        """Object ID (UUID) of the service principal, from its own token; empty if it does not sign in.

        :param inputs: The check's inputs.
        """
        try:
            return await self._once(inputs)
        except SignInError:
            return ""

    async def is_gone(self, inputs: Properties) -> str:
        """A warning if the tenant does not know the application or its secret any longer; otherwise empty.

        In a destroy azuread refuses to delete what is gone, and the program, whose hooks have the advice, does not run.

        :param inputs: The check's inputs.
        """
        try:
            await self._once(inputs)
        except ApplicationUnknown:
            return (
                f"application {inputs['clientId']} is not in tenant {self._tenant.tenant_id} any longer: it was"
                " removed, or its service principal there. If azuread cannot delete what does not exist"
                " (Request_ResourceNotFound), run the same command with --refresh ('pulumi destroy --refresh')"
            )
        except SecretRefused:
            return (
                f"the secret of application {inputs['clientId']} is not accepted any longer. If azuread cannot remove"
                " it because it does not exist (No password credential found with keyId), run the same command with"
                " --refresh ('pulumi destroy --refresh')"
            )
        except SignInError:
            pass  # An expired secret stops no deletion.
        return ""

    async def _once(self, inputs: Properties) -> str:
        async def no_wait(message: str) -> None:
            del message

        clock = Clock()
        return await self._prove(
            self._tenant.tenant_id,
            self._tenant.cloud,
            AppCredential(inputs["clientId"], inputs["secret"]),
            deadline=clock.now(),
            on_wait=no_wait,
            clock=clock,
            wait_for_application=False,
        )
