"""``PullCheck``: a live proof that an application may pull from a registry, repeated at every refresh.

It owns nothing in Azure. Its state is the registry's last answer, so that a lost permission is drift: ``read`` repeats
the check, and the next preview shows an update of ``result``.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from crosstenant.azure.pull.pull_advice import advise, refusal_message
from crosstenant.azure.pull.pull_attempts import A_QUICK_LOOK, PROBE_REPOSITORY, UNTIL_GRANTED, Patience, prove_in_time
from crosstenant.azure.pull.pull_verdict import Existence, PullProof, PullRefused, Reason, not_proved
from crosstenant.azure.pull.replication import (
    newest_assignment,
    of_new_secret,
    of_young_assignment,
    of_young_secret,
)
from crosstenant.azure.registries.lookup import find_registry, read_registry
from crosstenant.azure.registries.registries import RegistryState
from crosstenant.azure.sign_in.secret_proof import Prove, prove_secret
from crosstenant.azure.waiting import Clock, surely
from crosstenant.errors import OperatorError
from crosstenant.model.argument_text import quoted
from crosstenant.model.arm_id import REGISTRY_TYPE, is_uuid, parse_arm_id
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.model.modes import PullCheckMode, PullResult
from crosstenant.model.secret_dates import ago, is_young
from crosstenant.plugin.context import Context
from crosstenant.plugin.former_sign_in import perhaps_former
from crosstenant.plugin.pull_check.fields import INPUTS, OUTPUTS, check_together, recorded
from crosstenant.plugin.pull_check.granted_repositories import warn_of_absent
from crosstenant.plugin.pull_check.signing_in import SigningIn
from crosstenant.plugin.pull_check.state import asks_nothing_new, is_proved, is_settled, looks_for_another_image
from crosstenant.plugin.secret_dates_fields import secret_dates
from crosstenant.provider_kit.declared import DeclaredResource
from crosstenant.provider_kit.fields import Fields, complete
from crosstenant.provider_kit.resource import Change, Diff, Difference, Failure, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN

REGISTRY_GONE: Final = "registry not found"
"""The ``refusalReason`` of a missing registry; the others are those of ``Reason``."""

_RESOURCE_ID: Final = re.compile(r"(?P<registry>/.+)/pullChecks/(?P<client>[^/]+)")


class PullCheck(DeclaredResource[Context]):
    """The proof for one application and one registry."""

    token: ClassVar[str] = "crosstenant:index:PullCheck"  # noqa: S105
    description: ClassVar[str] = (
        "Proves that an application may pull from a container registry of another tenant, with the credential that "
        "the nodes will use: challenge, token and, with a `reference`, the manifest and a layer. A `repository` must "
        "exist; `notProved` says what a check without a reference leaves open.\n\n"
        "Resources that need the pull should depend on it. A refresh repeats the check: a lost permission is a change "
        "of `result`, and the next update repeats the check until the registry grants the pull again. With mode "
        "`warn` a registry that this machine cannot reach causes a warning and no drift: the last result stays.\n\n"
        "The provider's caller needs `Microsoft.ContainerRegistry/registries/read` on the registry (the role "
        "Reader).\n\n"
        "## Import\n\n"
        "The ID is `<registry's ARM ID>/pullChecks/<client ID>`. The secret cannot be imported: an imported check has "
        "the result `not checked` until the first update with a secret."
    )
    inputs: ClassVar[Fields] = INPUTS
    outputs: ClassVar[Fields] = OUTPUTS

    def __init__(self, context: Context, clock: Clock | None = None, prove: Prove = prove_secret) -> None:
        """
        :param context: The registry tenant.
        :param clock: The clock; the machine's if not given.
        :param prove: Signs in with a secret.
        """
        super().__init__(context)
        self._clock = clock or Clock()
        self._application = SigningIn(context.tenant, prove)

    def check_together(self, inputs: Properties) -> list[Failure]:
        """A reference needs its repository."""
        return check_together(inputs)

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """A changed input, or a last result that proves nothing."""
        differences = dict((await super().diff(urn, resource_id, old_inputs, olds, news)).differences)
        if not is_settled(olds, news):
            differences["result"] = Difference(Change.UPDATE, is_input=False)
        return Diff(differences)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """Reads the registry in ARM, so that a wrong one fails before anything is created; sends it nothing."""
        if inputs["mode"] == PullCheckMode.SKIP:
            return {**inputs, "result": PullResult.SKIPPED.value}
        if inputs["registryId"] is UNKNOWN or inputs["mode"] is UNKNOWN:
            return {**inputs, "loginServer": UNKNOWN, "result": UNKNOWN}
        registry = await self._registry(inputs)
        return {**inputs, "loginServer": registry.login_server, "result": UNKNOWN}

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Repeats the check until the registry grants the pull, its refusal is final, or the time limit has passed."""
        outputs = await self._prove(urn, inputs, timeout)
        return f"{inputs['registryId']}/pullChecks/{inputs['clientId']}", outputs

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Repeats the check; a refusal is the new ``result``, never an error.

        A missing registry is a refusal too: the check and its secret stay in the stack, because the check owns nothing
        in Azure.
        """
        if not inputs:
            return await self._imported(resource_id)
        kept = {**inputs, **_observed(olds)}
        if inputs.get("mode") == PullCheckMode.SKIP or not inputs.get("secret"):
            return Observed(resource_id, inputs, {"result": PullResult.NOT_CHECKED.value, **kept})
        with perhaps_former():
            registry = await surely(lambda: find_registry(self.context.tenant, inputs["registryId"]), self._clock)
        if registry is None:
            gone = f"registry {inputs['registryId']} does not exist any longer"
            return Observed(resource_id, inputs, {**inputs, **_refusal(REGISTRY_GONE, gone)})
        try:
            outputs = _proven(inputs, registry, await self._ask(urn, registry, inputs, A_QUICK_LOOK, 30))
            if outputs["result"] == olds.get("result"):
                # A tag that moved, or a first image, takes no permission away.
                for name in ("manifestDigest", "notProved"):
                    outputs.pop(name, None)
                    if name in olds:
                        outputs[name] = olds[name]
        except PullRefused as refusal:
            # The preview shows only `result` as different; the warning says what to do.
            # A registry that has accepted a credential before knows it: its refusal is not a lag.
            lag = "" if is_proved(olds) else await self._lag(inputs, refusal.reason)
            await self._warn(urn, registry, inputs, refusal, lag)
            # A registry that this machine cannot reach says nothing about the role assignment.
            of_the_path = inputs["mode"] == PullCheckMode.WARN and refusal.reason.is_of_the_path
            outputs = kept if of_the_path else await self._refused(inputs, registry, refusal.reason)
        return Observed(resource_id, inputs, outputs)

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """As ``preview_create``, if the update will repeat the check. Another image is looked for already."""
        if asks_nothing_new(olds, news):
            return {**news, **_observed(olds)}
        outputs = await self.preview_create(urn, news)
        if looks_for_another_image(olds, news):
            await self._warn_of_absent_image(urn, news)
        return outputs

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Repeats the check, unless only the time limit has changed."""
        if asks_nothing_new(olds, news):
            return {**news, **_observed(olds)}
        return await self._prove(urn, news, timeout)

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Removes the check from the state: Azure has nothing to delete. It warns of an application that is gone."""
        if olds.get("secret") and (gone := await self._application.is_gone(olds)):
            await self.context.log.warning(urn, gone)

    async def _imported(self, resource_id: str) -> Observed | None:
        form = "<registry's ARM ID>/pullChecks/<client ID>"
        found = _RESOURCE_ID.fullmatch(resource_id)
        if found is None or not is_uuid(found["client"]):
            raise OperatorError(f"{quoted(resource_id)} is not the ID of a pull check: its form is {form}")
        try:
            parse_arm_id(found["registry"], REGISTRY_TYPE)
        except ValueError as error:
            raise OperatorError(f"{quoted(resource_id)} is not the ID of a pull check, {form}: {error}") from None
        registry = await find_registry(self.context.tenant, found["registry"])
        if registry is None:
            return None
        inputs = complete(INPUTS, {"registryId": found["registry"], "clientId": found["client"]})
        seen = {"loginServer": registry.login_server, "result": PullResult.NOT_CHECKED.value}
        return Observed(resource_id, inputs, {**inputs, **seen})

    async def _registry(self, inputs: Properties) -> RegistryState:
        if inputs.get("secret") is None:
            raise OperatorError(
                f"the check of application {inputs['clientId']} was imported without its secret, which cannot be read: "
                "give the resource its 'secret'"
            )
        return await read_registry(self.context.tenant, inputs["registryId"])

    async def _prove(self, urn: str, inputs: Properties, timeout: float) -> Properties:
        if inputs["mode"] == PullCheckMode.SKIP:
            return {**inputs, "result": PullResult.SKIPPED.value}
        registry = await self._registry(inputs)
        limit = min(inputs["timeoutSeconds"], timeout) if timeout else inputs["timeoutSeconds"]
        try:
            patience = {**UNTIL_GRANTED, **of_new_secret(secret_dates(inputs), self._clock.utc())}
            proof = await self._ask(urn, registry, inputs, patience, limit)
        except PullRefused as refusal:
            lag = await self._lag(inputs, refusal.reason)
            if inputs["mode"] != PullCheckMode.WARN:
                advice = lag or await self._advice(inputs, registry, refusal.reason)
                raise OperatorError(refusal_message(refusal, advice, registry.registry_id)) from None
            await self._warn(urn, registry, inputs, refusal, lag)
            return await self._refused(inputs, registry, refusal.reason)
        outputs = _proven(inputs, registry, proof)
        await warn_of_absent(self.context, urn, registry, inputs)
        if outputs["result"] == PullResult.SIGNED_IN:
            await self.context.log.warning(
                urn,
                f"{registry.login_server} gave a token whose rights cannot be read: the sign-in is proven, a pull is "
                "not; give the check a 'repository' and a 'reference' of it",
            )
        return outputs

    async def _ask(
        self, urn: str, registry: RegistryState, inputs: Properties, patience: Patience, limit: float
    ) -> PullProof:
        from crosstenant.azure.pull.docker_token import prove_pull, registry_session

        async def waiting(refusal: PullRefused, left: float) -> None:
            await self.context.log.status(
                urn, f"{registry.login_server}: {refusal.reason.value}; trying again for up to {left:.0f} s"
            )

        async with registry_session() as session:

            async def ask() -> PullProof:
                proof = await prove_pull(
                    session,
                    registry.login_server,
                    AppCredential(inputs["clientId"], inputs["secret"]),
                    inputs.get("repository", PROBE_REPOSITORY),
                    inputs.get("reference"),
                    look="repository" in inputs,
                )
                if proof.existence is Existence.ABSENT and not inputs.get("filledLater"):
                    raise PullRefused(Reason.REPOSITORY_ABSENT, f"{registry.login_server} does not know the name")
                return proof

            return await prove_in_time(ask, patience, limit, waiting, clock=self._clock)

    async def _warn_of_absent_image(self, urn: str, inputs: Properties) -> None:
        """At preview: the program may push the image before the check."""
        registry = await self._registry(inputs)
        try:
            await self._ask(urn, registry, inputs, {}, 0)
        except PullRefused as refusal:
            if refusal.reason in (Reason.REPOSITORY_ABSENT, Reason.TAG_ABSENT):
                await self._warn(urn, registry, inputs, refusal)

    async def _lag(self, inputs: Properties, reason: Reason) -> str:
        """The advice where the stack has just made what the registry does not apply yet; empty elsewhere."""
        now, dates = self._clock.utc(), secret_dates(inputs)
        if reason in of_new_secret(dates, now):
            return of_young_secret(inputs["clientId"], dates.age(now))
        if reason in (Reason.ROLE_MISSING, Reason.SERVICE_PRINCIPAL_MISSING):
            made_at = await newest_assignment(self.context.tenant, inputs.get("triggers") or [])
            if made_at and is_young(made_at, now):
                return of_young_assignment(reason, inputs["clientId"], ago(made_at, now))
        return ""

    async def _warn(
        self, urn: str, registry: RegistryState, inputs: Properties, refusal: PullRefused, lag: str = ""
    ) -> None:
        advice = lag or await self._advice(inputs, registry, refusal.reason)
        await self.context.log.warning(urn, refusal_message(refusal, advice, registry.registry_id))

    async def _refused(self, inputs: Properties, registry: RegistryState, reason: Reason) -> Properties:
        return {
            **recorded(inputs),
            "loginServer": registry.login_server,
            **_refusal(reason.value, await self._advice(inputs, registry, reason)),
        }

    async def _advice(self, inputs: Properties, registry: RegistryState, reason: Reason) -> str:
        repository = inputs.get("repository", PROBE_REPOSITORY)
        tenant_id, client_id = self.context.tenant.tenant_id, inputs["clientId"]
        principal_id = await self._application.principal_id(inputs) if reason is Reason.ROLE_MISSING else ""
        return advise(reason, registry, tenant_id, client_id, repository, inputs.get("reference"), principal_id)


def _proven(inputs: Properties, registry: RegistryState, proof: PullProof) -> Properties:
    outputs: Properties = {**recorded(inputs), "loginServer": registry.login_server}
    if proof.granted_actions is not None:
        outputs["grantedActions"] = list(proof.granted_actions)
    if proof.manifest_digest is not None:
        outputs["manifestDigest"] = proof.manifest_digest
    left_open = not_proved(proof, inputs.get("repository"), inputs.get("reference"))
    if left_open:
        outputs["notProved"] = left_open
    of_token = PullResult.SIGNED_IN if proof.granted_actions is None else PullResult.GRANTED
    return {**outputs, "result": (PullResult.PULLED if proof.is_pull else of_token).value}


def _refusal(reason: str, sentence: str) -> Properties:
    return {"result": PullResult.REFUSED.value, "refusalReason": reason, "refusal": sentence}


def _observed(olds: Properties) -> Properties:
    return {name: olds[name] for name in OUTPUTS if name in olds}
