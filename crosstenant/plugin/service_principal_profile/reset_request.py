"""A reset that is to be made, and the partial result of one that did not end as it should."""

from __future__ import annotations

from dataclasses import dataclass, field

from crosstenant.model.arm_id import ArmId
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.plugin.service_principal_profile.fields import SECRETS
from crosstenant.plugin.service_principal_profile.hold import HoldRules
from crosstenant.plugin.service_principal_profile.record import Record
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.values import to_properties


@dataclass(frozen=True)
class ResetRequest:
    """The credential for a cluster, and the time limits."""

    urn: str
    cluster_id: ArmId
    record: Record
    """The future record, without what only the reset determines."""
    secret: str = field(repr=False)
    deadline: float
    rules: HoldRules = field(default_factory=HoldRules)
    """When the program lets the cluster be reset."""

    @property
    def credential(self) -> AppCredential:
        """The application and its secret."""
        return AppCredential(self.client_id, self.secret)

    @property
    def client_id(self) -> str:
        """UUID of the application."""
        return self.record.client_id


def partial(record: Record, reason: str) -> PartialError:
    """The error that keeps a record in the state.

    :param record: What is known.
    :param reason: The sentence for the operator.
    """
    return PartialError(record.cluster_id, to_properties(record.outputs(), SECRETS), [reason])
