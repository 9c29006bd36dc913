"""``findIdentity``: a user-assigned managed identity as a plan needs it, and what it trusts already.

Azure refuses a credential too many, a second one for the same issuer and subject, and any credential in some regions,
but only when the update is at work.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import ClassVar, Final

from crosstenant.azure.arm import Arm
from crosstenant.azure.identities.identities import federated_credentials, find_identity
from crosstenant.azure.refusals.explained import explained
from crosstenant.model.arm_id import IDENTITY_TYPE, ArmId, parse_arm_id
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties

_GROUPS_VERSION: Final = "2021-04-01"


class FindIdentity(DeclaredFunction[Context]):
    """Reads the identity, or the region in which it would be made."""

    token: ClassVar[str] = "crosstenant:index:findIdentity"  # noqa: S105
    inputs: ClassVar[Fields] = {
        "id": Field("string", "ARM ID of the identity.", required=True),
        "mustExist": Field("boolean", "Whether what keeps it from being read is an error.", required=True),
    }
    outputs: ClassVar[Fields] = {
        "exists": Field("boolean", "Whether there is such an identity.", required=True),
        "clientId": Field("string", "Its client ID.", required=True),
        "principalId": Field("string", "Object ID of its service principal.", required=True),
        "tenantId": Field("string", "Its tenant.", required=True),
        "location": Field("string", "Its region, or that of its resource group.", required=True),
        "credentials": Field("array", "Each with name, issuer and subject.", items="object", required=True),
    }

    async def answer(self, inputs: Properties) -> Properties:
        """Reads it. An identity that is to be made may be unreadable yet: its creation tells why."""
        from azure.core.exceptions import AzureError

        identity_id, must_exist = parse_arm_id(inputs["id"], IDENTITY_TYPE), inputs["mustExist"]
        tenant = self.context.tenant
        arm = Arm(tenant)
        try:
            with explained("reading identity", str(identity_id), tenant) if must_exist else nullcontext():
                return await _read(arm, identity_id)
        except AzureError:
            return _answer()
        finally:
            await arm.aclose()


async def _read(arm: Arm, identity_id: ArmId) -> Properties:
    found = await find_identity(arm, identity_id)
    if found is None:
        group = await arm.get(str(ArmId(identity_id.subscription_id, identity_id.resource_group)), _GROUPS_VERSION)
        return _answer(location=str(group.get("location") or ""))
    credentials = [
        {"name": it.name, "issuer": it.issuer, "subject": it.subject}
        for it in await federated_credentials(arm, identity_id)
    ]
    return _answer(
        exists=True,
        clientId=found.client_id,
        principalId=found.principal_id,
        tenantId=found.tenant_id,
        location=found.location,
        credentials=credentials,
    )


def _answer(**known: object) -> Properties:
    nothing: Properties = {
        "exists": False,
        "clientId": "",
        "principalId": "",
        "tenantId": "",
        "location": "",
        "credentials": [],
    }
    return nothing | known
