"""Proves that an application's secret signs in to a tenant, before a cluster depends on it.

Entra needs time to replicate a new secret or service principal, and answers "invalid secret" and "no such application"
until then, or that the secret has expired. An unknown tenant is final, and so is an expired secret, unless the stack
knows that it ends later.
https://learn.microsoft.com/entra/architecture/resilient-end-user-experience and
https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from crosstenant.azure.sign_in.token_claims import claims_of
from crosstenant.azure.waiting import Clock, OnWait, lasting, retried
from crosstenant.errors import OperatorError
from crosstenant.model.clouds import Cloud
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.pauses import SIGN_IN
from crosstenant.model.secret_dates import SecretDates, utc_text

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

"""Shows the reason for a pause to the person at the terminal."""

Prove = Callable[..., Awaitable[str]]
"""``prove_secret``, or what takes its place in a test."""


class SignInError(OperatorError):
    """A secret did not sign in. The message is a whole sentence for the operator, without the secret."""


class SecretExpired(SignInError):
    """The secret has expired."""


class SecretRefused(SignInError):
    """Entra did not accept the secret within the time given."""


class ApplicationUnknown(SignInError):
    """The tenant did not know the application within the time given."""


class ApplicationDisabled(SignInError):
    """An administrator of the tenant has disabled the application's service principal there."""


async def prove_secret(
    tenant_id: str,
    cloud: Cloud,
    credential: AppCredential,
    *,
    deadline: float,
    on_wait: OnWait,
    clock: Clock | None = None,
    wait_for_application: bool = True,
    dates: SecretDates | None = None,
) -> str:
    """Signs in with a secret; repeats the sign-in while replication may be the reason.

    :param tenant_id: UUID of the tenant to sign in to.
    :param cloud: Its cloud.
    :param credential: The application and its secret, which goes to Entra and into no message.
    :param deadline: When to stop trying, on ``clock``.
    :param on_wait: Called with the reason before each pause.
    :param clock: The clock; the machine's if not given.
    :param wait_for_application: Whether to wait also while the tenant does not know the application.
    :param dates: When the secret was made and when it ends, if the stack knows that.
    :returns: The object ID of the application's service principal in that tenant, empty if the token does not say.
    :raises SignInError: The secret does not sign in; a subclass tells the reason.
    """
    from azure.core.exceptions import AzureError

    from crosstenant.azure.refusals.refusal_table import Retry
    from crosstenant.azure.refusals.refusals import retry_of

    clock, dates = clock or Clock(), dates or SecretDates()
    began = clock.now()

    async def pause_after(error: AzureError, pause: float) -> float:
        waited = clock.now() - began
        refusal = _refused(error, tenant_id, credential, waited)
        unknown = isinstance(refusal, ApplicationUnknown) and not wait_for_application
        lags = isinstance(refusal, SecretExpired) and dates.cannot_have_ended(clock.utc())
        # Without an answer at all azure-core has tried several times already.
        final = retry_of(error) is Retry.NEVER and not lags
        if unknown or final or clock.now() + pause > deadline:
            raise _of_new(refusal, error, dates, clock, credential) from None
        await on_wait(
            f"waiting for Entra to accept the secret of application {credential.client_id} ({lasting(waited)})"
        )
        return pause

    def attempt() -> Awaitable[str]:
        return _sign_in(tenant_id, cloud, credential)

    return await retried(attempt, AzureError, pause_after, SIGN_IN, clock)


async def _sign_in(tenant_id: str, cloud: Cloud, app: AppCredential) -> str:
    # A new credential for each attempt, without cached state.
    from crosstenant.azure.connections.answer_forms import form_due

    async with _credential(tenant_id, cloud, app.client_id, app.secret) as credential:
        with form_due():
            token = await credential.get_token(cloud.arm_scope)
    return str((claims_of(token.token) or {}).get("oid") or "")


def _credential(tenant_id: str, cloud: Cloud, client_id: str, secret: str) -> AsyncTokenCredential:
    from azure.identity.aio import ClientSecretCredential

    from crosstenant.azure.connections.retries import BoundedRetryPolicy
    from crosstenant.azure.connections.transport import AzureTransport

    return ClientSecretCredential(
        tenant_id,
        client_id,
        secret,
        authority=cloud.login_host,
        transport=AzureTransport(),
        retry_policy_class=BoundedRetryPolicy,
    )


def _refused(error: Exception, tenant_id: str, app: AppCredential, waited: float) -> SignInError:
    from crosstenant.azure.refusals.refusals import explain, take_apart

    kind = _KINDS.get(take_apart(error).code, SignInError)
    doing = f"signing in as application {app.client_id} to tenant {tenant_id}"
    if waited >= 1:
        doing = f"{doing}, tried for {lasting(waited)}"
    return kind(explain(error, doing=doing, on="", secrets=[app.secret]))


def _of_new(
    refusal: SignInError, error: Exception, dates: SecretDates, clock: Clock, app: AppCredential
) -> SignInError:
    """The refusal in other words where the stack itself has just made what Entra does not know."""
    from crosstenant.azure.refusals.refusals import take_apart

    now, said = clock.utc(), take_apart(error, [app.secret])
    azure = said.message if said.message.startswith(said.code) else f"{said.code}: {said.message}"
    lags = isinstance(refusal, (SecretRefused, ApplicationUnknown)) or (
        isinstance(refusal, SecretExpired) and dates.cannot_have_ended(now)
    )
    if lags and dates.is_young(now):
        what = "know" if isinstance(refusal, ApplicationUnknown) else "accept the secret of"
        return type(refusal)(
            f"Entra does not {what} application {app.client_id} yet, whose secret was made {dates.age(now)}: run"
            " 'pulumi up' again in a few minutes, or let it wait longer (replication_timeout_seconds of the component,"
            f" wait_for_principal_seconds of a ServicePrincipalProfile). Azure says {azure}"
        )
    if isinstance(refusal, SecretExpired) and dates.cannot_have_ended(now) and dates.expires_at:
        return SecretExpired(
            f"Entra takes the secret of application {app.client_id} for expired, and the stack has its end as"
            f" {utc_text(dates.expires_at)}: run 'pulumi up --refresh', which reads the end again and replaces"
            f" a secret that has ended. Azure says {azure}"
        )
    return refusal


_KINDS: dict[str, type[SignInError]] = {
    "AADSTS7000215": SecretRefused,
    "AADSTS7000222": SecretExpired,
    "AADSTS700016": ApplicationUnknown,
    "AADSTS7000229": ApplicationUnknown,
    "AADSTS65001": ApplicationUnknown,
    "AADSTS7000112": ApplicationDisabled,
}
