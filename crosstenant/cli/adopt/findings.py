"""The report about a chain: what exists, what is missing, and what the component would change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from crosstenant.azure.clusters.cluster_fitness import refuse_unfit
from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.role_assignments import RoleAssignment
from crosstenant.cli.adopt.condition_reading import repositories_of
from crosstenant.cli.adopt.differences import application_differences, principal_differences
from crosstenant.cli.adopt.live_chain import ChainError, LiveChain, LiveRegistry
from crosstenant.errors import OperatorError
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.model.repository_condition import repository_condition
from crosstenant.model.roles import ACR_PULL, built_in_role

Json = dict[str, Any]
"""A JSON object."""


class State(Enum):
    """The state of a link of the chain."""

    FOUND = "found"
    """It is imported and does not change."""
    DIFFERS = "differs"
    """It is imported, and the first update changes it."""
    MISSING = "missing"
    """The first update creates it."""
    BESIDE = "beside"
    """It is not part of the stack; a person decides about it."""
    STOPS = "stops"
    """The first update cannot succeed until a person has corrected it."""


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    state: State
    link: str
    """The kind of object, ``role assignment``."""
    text: str


def findings(chain: LiveChain, *, consented: bool) -> list[Finding]:
    """The report, in the order of the chain.

    :param chain: The chain.
    :param consented: Whether the program uses consent mode.
    :raises ChainError: A role assignment has a condition that this package cannot keep.
    """
    return [
        *(one for cluster in chain.clusters for one in _cluster(chain, cluster)),
        *_application(chain, consented),
        *_principal(chain.cluster_principal, "cluster service principal", "in the cluster tenant"),
        *_registry_principal(chain, consented),
        *(one for registry in chain.registries for one in _registry(registry)),
        Finding(
            State.MISSING, "secret", "none can be imported: the first update makes one, and resets the clusters to it"
        ),
        *_secrets(chain),
    ]


def hand_made_secrets(chain: LiveChain) -> list[str]:
    """Key IDs of the application's secrets, which do not belong to the stack."""
    return [str(one["keyId"]) for one in cast("list[Json]", chain.application.get("passwordCredentials") or [])]


def _cluster(chain: LiveChain, cluster: ClusterState) -> list[Finding]:
    text = f"{cluster.arm_id.name} acts as application {cluster.client_id}"
    found = [Finding(State.FOUND, "cluster", text)]
    if not cluster.uses(chain.client_id):
        found = [Finding(State.DIFFERS, "cluster", f"{text}; the first update resets it to {chain.client_id}")]
    dead = chain.dead_credentials.get(cluster.cluster_id, "")
    if dead:
        text = f"its provisioning state is Failed, because {dead}: the reset of the first update repairs it"
        found.append(Finding(State.DIFFERS, "cluster", text))
    try:
        refuse_unfit(cluster, dead_credential=dead)
    except OperatorError as error:
        found.append(Finding(State.STOPS, "cluster", str(error)))
    return found


def _application(chain: LiveChain, consented: bool) -> list[Finding]:
    object_id = str(chain.application["id"])
    what = f"'{chain.application['displayName']}', client ID {chain.client_id}, object ID {object_id}"
    found = _compared("application", what, application_differences(chain.application, consented=consented))
    if chain.caller_must_own:
        text = (
            "the caller may change only applications that it owns (Application.ReadWrite.OwnedBy), and does not own"
            f" this one: 'az ad app owner add --id {object_id} --owner-object-id {chain.caller_must_own}'"
        )
        found.append(Finding(State.STOPS, "application", text))
    return found


def _principal(principal: Json | None, link: str, where: str) -> list[Finding]:
    if principal is None:
        return [Finding(State.MISSING, link, f"the application has none {where}: the first update makes it")]
    return _compared(link, f"object ID {principal['id']}", principal_differences(principal))


def _registry_principal(chain: LiveChain, consented: bool) -> list[Finding]:
    link = "registry service principal"
    if not chain.registry_principal_id:
        how = "an administrator there makes it on the consent page" if consented else "the first update makes it"
        return [Finding(State.MISSING, link, f"the application has none in the registry tenant: {how}")]
    if not consented:
        return _principal(chain.registry_principal, link, "in the registry tenant")
    found = [Finding(State.FOUND, link, f"object ID {chain.registry_principal_id}: looked up, never changed")]
    if chain.registry_principal and not chain.registry_principal.get("accountEnabled", True):
        text = "it is disabled: an administrator of its tenant must enable it"
        found.append(Finding(State.STOPS, link, text))
    return found


def _registry(registry: LiveRegistry) -> list[Finding]:
    state = registry.state
    mode = (
        "registry-wide roles"
        if state.role_assignment_mode is RoleAssignmentMode.LEGACY
        else "roles per repository (ABAC)"
    )
    found = [Finding(State.FOUND, "registry", f"{state.name}, {mode}")]
    role = f"{state.pull_role.name} on {state.name}"
    if registry.pull is None:
        found.append(Finding(State.MISSING, "role assignment", f"{role}: the first update makes it"))
    else:
        found += _compared("role assignment", f"{role}, {registry.pull.name}", _assignment_differences(registry.pull))
    return found + [_beside(registry, other) for other in registry.others]


def _assignment_differences(assignment: RoleAssignment) -> list[str]:
    changes = ["its description goes"] if assignment.description else []
    if assignment.condition:
        names = repositories_of(assignment.condition)
        if names is None:
            raise ChainError(
                f"role assignment {assignment.name} on {assignment.scope} has a condition that is not about"
                f" repositories and prefixes alone, and would be lost: {assignment.condition}. Change it, or leave this"
                " chain as it is"
            )
        if repository_condition(*names) != assignment.condition:
            changes.append("its condition is rewritten with the same meaning")
    return changes


def _beside(registry: LiveRegistry, other: RoleAssignment) -> Finding:
    built_in = built_in_role(other.role_guid)
    role = built_in.name if built_in else f"role {other.role_guid}"
    here = other.scope.lower() == registry.state.registry_id.lower()
    where = "the registry" if here else other.scope
    text = f"{role} on {where} reaches {registry.state.name} too ({other.name})"
    if here and registry.state.role_assignment_mode is RoleAssignmentMode.ABAC and built_in is ACR_PULL:
        text += ": the registry ignores it in its mode"
    return Finding(State.BESIDE, "role assignment", f"{text}; remove it if nothing else needs it")


def _secrets(chain: LiveChain) -> list[Finding]:
    found: list[Finding] = []
    for one in cast("list[Json]", chain.application.get("passwordCredentials") or []):
        name = f"'{one['displayName']}' " if one.get("displayName") else ""
        text = f"{name}{one['keyId']}, which ends {one.get('endDateTime')}, stays until you remove it"
        found.append(Finding(State.BESIDE, "secret", text))
    return found


def _compared(link: str, what: str, changes: list[str]) -> list[Finding]:
    if not changes:
        return [Finding(State.FOUND, link, what)]
    return [Finding(State.DIFFERS, link, f"{what}: {'; '.join(changes)}")]
