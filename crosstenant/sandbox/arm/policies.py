"""Azure Policy that denies: https://learn.microsoft.com/azure/governance/policy/concepts/effect-deny.

The sandbox has no policy language: ``settings.policy`` names, for a kind of resource, the policy that denies its
writes. Resource Manager evaluates policies before the resource provider sees the request.
"""

from __future__ import annotations

import json
import uuid
from typing import Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.ids import subscription_of
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.arm.request import ArmRequest
from crosstenant.sandbox.world.resource_documents import NAMES

_BUILT_IN: Final = {
    "Managed Identity Federated Credentials from Azure Kubernetes should be from trusted sources": (
        "ae62c456-33de-4dc8-b100-7ce9028a7d99"
    ),
    "Managed Identity Federated Credentials should be from allowed issuer types": (
        "2571b7c3-3056-4a61-b00a-9bc5232234f5"
    ),
}
"""IDs of built-in policies: https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies."""


def check_policy(request: ArmRequest, kind: str, name: str) -> None:
    """Refuses a write that a policy denies.

    :param kind: The setting below ``settings.policy``; its value is the policy's display name, empty for none.
    :param name: The name of the resource that is written.
    :raises ArmRefusal: A policy denies it (403).
    """
    policy = str(request.state["settings"].get("policy", {}).get(kind, ""))
    if not policy:
        return
    scope = f"/subscriptions/{subscription_of(request.scope)}"
    authorization = "providers/Microsoft.Authorization"
    assignment = {"name": policy, "id": f"{scope}/{authorization}/policyAssignments/{_id(policy, 'assignment').hex}"}
    definition_id = _BUILT_IN.get(policy) or str(_id(policy, "definition"))
    definition = {"name": policy, "id": f"/{authorization}/policyDefinitions/{definition_id}"}
    identifiers = json.dumps([{"policyAssignment": assignment, "policyDefinition": definition}], separators=(",", ":"))
    violation = {
        "policyDefinitionDisplayName": policy,
        "policyDefinitionId": definition["id"],
        "policyDefinitionEffect": "Deny",
        "policyAssignmentDisplayName": policy,
        "policyAssignmentId": assignment["id"],
        "policyAssignmentScope": scope,
    }
    raise ArmRefusal(
        403,
        "RequestDisallowedByPolicy",
        f"Resource '{name}' was disallowed by policy. Policy identifiers: '{identifiers}'.",
        target=name,
        info=[{"type": "PolicyViolation", "info": violation}],
        source=sources.REQUEST_DISALLOWED_BY_POLICY,
    )


def _id(policy: str, kind: str) -> uuid.UUID:
    return uuid.uuid5(NAMES, f"{policy}/{kind}")
