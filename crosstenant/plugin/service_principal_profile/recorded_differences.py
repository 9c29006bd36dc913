"""The differences of a cluster from its record that the program does not cause."""

from __future__ import annotations

from typing import Final

from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.model.modes import CredentialState
from crosstenant.plugin.service_principal_profile.credential_reset import CredentialReset
from crosstenant.plugin.service_principal_profile.hold import HoldRules
from crosstenant.plugin.service_principal_profile.holds import Holds
from crosstenant.plugin.service_principal_profile.record import Record
from crosstenant.provider_kit.resource import Change, Difference, Properties

_RECORDED: Final = Difference(Change.UPDATE, is_input=False)


class RecordedDifferences:
    """The differences that the states of one provider's resources record."""

    def __init__(self, reset: CredentialReset, holds: Holds) -> None:
        """
        :param reset: Reads clusters.
        :param holds: The resets that have to wait.
        """
        self._reset = reset
        self._holds = holds

    async def added_to(
        self, found: dict[str, Difference], urn: str, olds: Properties, rules: HoldRules
    ) -> dict[str, Difference]:
        """The differences of the inputs, with those that the state records.

        ``pending`` alone is not a difference: the cluster takes the credential with its own creation, and a second run
        should find nothing to do. It is one if the cluster came to be with another application. A cluster that waits
        has none while that lasts, and the run says so; the end of its wait is one.

        :param found: The differences of the inputs.
        :param urn: The resource.
        :param olds: Its state.
        :param rules: When the program lets the cluster be reset.
        """
        record = Record.of_outputs(olds)
        if record.waits_for is not None:
            return await self._of_waiting(found, urn, record, rules)
        # A state of before 1.0 has it under another name: an update writes it anew, without a reset.
        if (
            record.credential_state in (CredentialState.UNKNOWN, CredentialState.FAILED)
            or "credentialState" not in olds
        ):
            return found | {"credentialState": _RECORDED}
        if record.credential_state is CredentialState.PENDING:
            state = await self._reset.look(parse_arm_id(record.cluster_id, CLUSTER_TYPE))
            if state is not None and not state.uses(record.client_id):
                return found | {"clientId": _RECORDED}
        return found

    async def _of_waiting(
        self, found: dict[str, Difference], urn: str, record: Record, rules: HoldRules
    ) -> dict[str, Difference]:
        state = await self._reset.look(parse_arm_id(record.cluster_id, CLUSTER_TYPE))
        if state is None:
            return found
        hold = await self._reset.hold(state, record, rules)
        if hold is None:
            return found | {"credentialState": _RECORDED}
        if not found:
            await self._holds.announce(urn, hold)
        return found
