"""The application's secret as resources: one, or two in turn where the previous one is to stay."""

from __future__ import annotations

from datetime import datetime

import pulumi
import pulumi_azuread as azuread

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.rotation_plan import PlannedSecret, SecretPlan
from crosstenant.components.arguments.secret_dates import check_not_ended
from crosstenant.components.pieces.hooks import on_error
from crosstenant.components.pieces.ownership_advice import of_owner
from crosstenant.components.pieces.refusal_advice import of_tenant, secret_advice
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.components.tenant import TenantProviders

# An application password cannot be changed: a difference makes another, and the old one is removed when all resources
# that depend on it have the new one.
_DATES = ["end_date", "rotate_when_changed"]


class ApplicationSecret:
    """Declares the secrets of a plan.

    Their names in the stack are ``NAME-secret``, or ``NAME-secret-even`` and ``NAME-secret-odd`` where there are two.
    """

    value: pulumi.Output[str]
    """The current secret; an error in its place when it has ended. Secret."""

    made_at: pulumi.Output[str]
    """When the current secret was made: a UTC time."""

    key_id: pulumi.Output[str]
    """Key ID (UUID) of the current secret, by which the directory lists it."""

    expires_at: pulumi.Output[str]
    """When the current secret ends: a UTC time."""

    previous_key_id: pulumi.Output[str] | None
    """Key ID (UUID) of the previous secret, where there is one."""

    previous_expires_at: pulumi.Output[str] | None
    """When the previous secret ends: a UTC time."""

    def __init__(
        self,
        name: str,
        plan: SecretPlan,
        application: azuread.Application,
        *,
        at: ArgPath,
        parent: pulumi.Resource,
        providers: TenantProviders,
        now: datetime,
    ) -> None:
        """
        :param name: The component's name.
        :param plan: The secrets to be.
        :param application: Whose secrets they are.
        :param at: The component's argument that rotation is described in.
        :param parent: The component.
        :param providers: The providers of the application's tenant.
        :param now: The present time.
        """
        self._name = name
        self._application = application
        self._parent = parent
        self._advice = of_tenant(providers, of_owner(providers, secret_advice))
        self._options = replaceable(
            pulumi.ResourceOptions(
                parent=parent,
                provider=providers.azuread,
                additional_secret_outputs=["value"],
                replacement_trigger=providers.tenant_id,
                # It has the component's name: another name of the component must not make another secret.
                ignore_changes=["display_name"],
            )
        )

        # What was the only secret becomes the previous one when keep_previous is first set.
        as_the_only = [pulumi.Alias(name=f"{name}-secret")]
        self.previous_key_id = self.previous_expires_at = None
        if plan.previous:
            previous = self._password(
                plan.previous,
                # It must not change: an earlier day's plan made it, which this run does not know.
                pulumi.ResourceOptions(ignore_changes=_DATES, aliases=as_the_only),
            )
            self.previous_key_id, self.previous_expires_at = previous.key_id, previous.end_date
        current = self._password(
            plan.current, pulumi.ResourceOptions(aliases=as_the_only) if plan.current.was_the_only else None
        )

        def checked(ends_at: str) -> str:
            warning = check_not_ended(at, ends_at, plan.remedy, warn_days=plan.warn_days, now=now)
            if warning:
                pulumi.log.warn(warning, parent)
            return ends_at

        # Unknown in the preview of an update that makes a new secret, so that an expired secret does not stop it.
        self.expires_at = current.end_date.apply(checked)
        self.made_at = current.start_date
        self.key_id = current.key_id
        self.value = pulumi.Output.secret(
            pulumi.Output.all(current.value, self.expires_at).apply(lambda known: known[0])
        )

    def _password(
        self, planned: PlannedSecret, options: pulumi.ResourceOptions | None = None
    ) -> azuread.ApplicationPassword:
        resource_name = f"{self._name}-secret-{planned.slot}" if planned.slot else f"{self._name}-secret"
        hooks = pulumi.ResourceHookBinding(on_error=on_error(resource_name, self._parent, self._advice))
        return azuread.ApplicationPassword(
            resource_name,
            application_id=self._application.id,
            display_name=self._name,
            end_date=planned.end_date,
            rotate_when_changed=planned.keepers,
            opts=pulumi.ResourceOptions.merge(
                pulumi.ResourceOptions.merge(self._options, pulumi.ResourceOptions(hooks=hooks)), options
            ),
        )
