"""``roleAssignmentExists``: whether the role assignment that a program names is there.

Pulumi's engine imports what a program names, and its error for a missing one names no argument.
"""

from __future__ import annotations

from typing import ClassVar

from crosstenant.azure.arm import Arm
from crosstenant.azure.refusals.refusals import take_apart
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties


class RoleAssignmentExists(DeclaredFunction[Context]):
    """Reads the role assignment."""

    token: ClassVar[str] = "crosstenant:index:roleAssignmentExists"  # noqa: S105
    inputs: ClassVar[Fields] = {"id": Field("string", "ARM ID of the role assignment.", required=True)}
    outputs: ClassVar[Fields] = {"exists": Field("boolean", "False where Azure says that it is not.", required=True)}

    async def answer(self, inputs: Properties) -> Properties:
        """Whether Azure has it; where it cannot be read, the import tells why."""
        from azure.core.exceptions import AzureError

        arm = Arm(self.context.tenant)
        try:
            await arm.get(inputs["id"], "2022-04-01")
        except AzureError as error:
            return {"exists": take_apart(error).code != "RoleAssignmentNotFound"}
        finally:
            await arm.aclose()
        return {"exists": True}
