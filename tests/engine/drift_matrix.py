"""What may drift behind a stack's back, as data: how it is made, what the alarm shows, and what repairs it.

``test_drift_matrix`` proves every row on the real engine, and docs/drift.md holds the table that is made of them:

    python tests/engine/drift_matrix.py

writes it there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosstenant.model.repository_condition import repository_condition
from crosstenant.sandbox.entra.consent import consent
from crosstenant.sandbox.world import drift, resource_documents, role_drift, seed
from crosstenant.sandbox.world.state import State
from tests.engine.table_in_docs import with_table

DOCS = Path(__file__).parents[2] / "docs" / "drift.md"
BEGIN, END = "<!-- the matrix, made by tests/engine/drift_matrix.py -->", "<!-- the end of the matrix -->"

A, B = seed.CLUSTER_TENANT, seed.REGISTRY_TENANT
LEGACY, ABAC = "fabrikamimages", "fabrikamabac"

RESOURCES = {
    "drifting-application": "`Application`",
    "drifting-secret": "`ApplicationPassword`",
    "drifting-cluster-service-principal": "`ServicePrincipal` (cluster tenant)",
    "drifting-registry-service-principal": "`ServicePrincipal` (registry tenant)",
    "drifting-consent": "`Consent`",
    "drifting-fabrikamimages-pull-role": "`RoleAssignment`",
    "drifting-fabrikamabac-pull-role": "`RoleAssignment`",
    "drifting-fabrikamimages-pull-check": "`PullCheck`",
    "drifting-fabrikamabac-pull-check": "`PullCheck`",
    "drifting-aks-prod-profile": "`ServicePrincipalProfile`",
}
"""The resources of the stack by name, and how the documentation calls them."""

APPLICATION, SECRET, CLUSTER_PRINCIPAL, REGISTRY_PRINCIPAL, CONSENT, ROLE, ABAC_ROLE, CHECK, ABAC_CHECK, PROFILE = (
    RESOURCES
)


@dataclass(frozen=True)
class Seen:
    """One resource that the alarm names."""

    resource: str
    op: str
    property: str = ""
    """The property that it names; none where the resource is made anew."""


Change = Callable[[State, str], object]
"""Changes the state, given the client ID of the stack's application."""


@dataclass(frozen=True)
class Row:
    """One thing that may happen."""

    name: str
    happened: str
    make: Change
    seen: tuple[Seen, ...]
    """All that the alarm would change; nothing if it stays silent."""

    says: tuple[str, ...] = ()
    """Words of the alarm's errors and warnings."""
    pulls: bool = True
    """Whether nodes go on pulling in the meantime."""
    fails: tuple[str, ...] = ()
    """Words with which ``up --refresh`` fails before anybody has done ``first``, where that is tried: a program that
    the alarm cannot plan is none that an update can."""
    first: str = ""
    """What has to be done before it repairs."""
    help: Change | None = None
    """Does so in Azure."""
    asks: Mapping[str, Any] = field(default_factory=dict)
    """Does so in the program: what it asks for from then on."""
    up: bool = True
    """Whether an update has to follow, or all is well then."""
    resets: int = 0
    """How often the repair resets the cluster."""
    ends_well: bool = True
    """Whether nodes pull after the repair."""
    another_world: bool = False
    """Whether what the repair has adapted to stays, so that no other row can go on from there."""
    together: str = ""
    """Rows of one word here are made, seen and repaired together: an operation takes long, and they share no
    resource."""
    way: str = "managed"
    """How the stack gets its service principal in the registry tenant."""

    @property
    def is_seen(self) -> bool:
        """Whether the alarm is raised."""
        return bool(self.seen or self.says)


_CHECKS = (Seen(CHECK, "update", "result"), Seen(ABAC_CHECK, "update", "result"))
_STRANGER = "a0000000-0000-4000-8000-0000000000d3"
_FOREIGN_STRANGER = "b0000000-0000-4000-8000-0000000000d3"


def _rotation(trigger: str) -> Mapping[str, Any]:
    return {"rotation": {"rotation_trigger": trigger}}


ROWS = (
    Row(
        "audience",
        "The application is set to single-tenant",
        lambda state, app: drift.set_audience(state, app, "AzureADMyOrg"),
        (Seen(APPLICATION, "update", "signInAudience"), *_CHECKS),
        says=("has no service principal in the registry's tenant",),
        pulls=False,
        together="first",
    ),
    Row(
        "redirect-uri",
        "Its redirect URI is changed",
        lambda state, app: drift.set_redirect_uri(state, app, "https://login.example/"),
        (Seen(APPLICATION, "update", "web.redirectUris"),),
        together="second",
    ),
    Row(
        "application-deleted",
        "The application is deleted",
        lambda state, app: drift.delete_application(state, app),
        (
            Seen(APPLICATION, "create"),
            Seen(SECRET, "create"),
            Seen(CLUSTER_PRINCIPAL, "create"),
            Seen(REGISTRY_PRINCIPAL, "replace", "clientId"),
            Seen(ROLE, "replace", "principalId"),
            Seen(ABAC_ROLE, "replace", "principalId"),
            Seen(CHECK, "replace", "clientId"),
            Seen(ABAC_CHECK, "replace", "clientId"),
            Seen(PROFILE, "update", "clientId"),
        ),
        says=("this resets the credential of cluster",),
        pulls=False,
        resets=1,
    ),
    Row(
        "secret-removed",
        "The secret is removed",
        lambda state, app: drift.remove_secret(state, app),
        (Seen(SECRET, "create"), *_CHECKS, Seen(PROFILE, "update", "secret")),
        says=("the secret of application", "is not accepted", "this resets the credential of cluster"),
        pulls=False,
        resets=1,
    ),
    Row(
        "secret-ended",
        "The secret has expired",
        lambda state, app: drift.expire_secret(state, app),
        (),
        says=("rotation: the secret expired at", "change rotation_trigger to make a new one"),
        pulls=False,
        first="change `rotation_trigger`; or let `rotate_every_days` make a new secret in time",
        asks=_rotation("ended"),
        resets=1,
    ),
    Row(
        "owner-added",
        "An owner is added to the application",
        lambda state, app: drift.application(state, app)["_owners"].append(_STRANGER),
        (),
        first="not detected, unless the program names the `owners`",
        together="not seen",
    ),
    Row(
        "registry-owner-added",
        "An owner is added to the service principal in the registry tenant",
        lambda state, app: drift.service_principal(state, B, app)["_owners"].append(_FOREIGN_STRANGER),
        (),
        first="not detected: the stack keeps owners of that service principal",
        together="not seen",
    ),
    Row(
        "home-principal-deleted",
        "The service principal in the cluster tenant is deleted",
        lambda state, app: drift.delete_service_principal(state, A, app),
        (Seen(CLUSTER_PRINCIPAL, "create"),),
        together="second",
    ),
    Row(
        "home-principal-disabled",
        "The service principal in the cluster tenant is disabled",
        lambda state, app: drift.disable_service_principal(state, A, app),
        (Seen(CLUSTER_PRINCIPAL, "update", "accountEnabled"),),
        together="first",
    ),
    Row(
        "registry-principal-deleted",
        "The service principal in the registry tenant is deleted",
        lambda state, app: drift.delete_service_principal(state, B, app),
        (
            Seen(REGISTRY_PRINCIPAL, "create"),
            Seen(ROLE, "replace", "principalId"),
            Seen(ABAC_ROLE, "replace", "principalId"),
            *_CHECKS,
        ),
        says=("has no service principal in the registry's tenant",),
        pulls=False,
    ),
    Row(
        "registry-principal-disabled",
        "The service principal in the registry tenant is disabled, and the stack manages it",
        lambda state, app: drift.disable_service_principal(state, B, app),
        (Seen(REGISTRY_PRINCIPAL, "update", "accountEnabled"), *_CHECKS),
        says=("is disabled; an administrator of tenant",),
        pulls=False,
        together="third",
    ),
    Row(
        "consented-principal-disabled",
        "The service principal in the registry tenant is disabled, and the stack is in consent mode",
        lambda state, app: drift.disable_service_principal(state, B, app),
        _CHECKS,
        says=("is disabled; an administrator of tenant",),
        pulls=False,
        fails=("is disabled; an administrator of tenant",),
        first="an administrator of the registry tenant enables it again; the stack never does",
        help=lambda state, app: drift.service_principal(state, B, app).update(accountEnabled=True),
        up=False,
        way="consented",
    ),
    Row(
        "consent-withdrawn",
        "The service principal in the registry tenant is deleted (the consent withdrawn), and the stack is in consent"
        " mode",
        lambda state, app: drift.delete_service_principal(state, B, app),
        (
            Seen(CONSENT, "update", "consented"),
            Seen(ROLE, "replace", "principalId"),
            Seen(ABAC_ROLE, "replace", "principalId"),
            *_CHECKS,
        ),
        says=("has withdrawn its admin consent", "adminconsent?client_id="),
        pulls=False,
        fails=("has withdrawn its admin consent", "adminconsent?client_id=", "then run 'pulumi up --refresh' again"),
        first="an administrator of the registry tenant opens the consent page again",
        help=lambda state, app: consent(state, B, app),
        way="consented",
    ),
    Row(
        "role-deleted",
        "The role assignment is deleted",
        lambda state, app: drift.remove_role_assignment(state, LEGACY, app),
        (Seen(ROLE, "create"), Seen(CHECK, "update", "result")),
        says=("needs the role 'AcrPull' on the registry",),
        pulls=False,
        together="second",
    ),
    Row(
        "role-made-anew",
        "The role assignment is deleted, and assigned again by hand",
        lambda state, app: role_drift.rename_role_assignment(state, LEGACY, app),
        (Seen(ROLE, "create"), Seen(CHECK, "update", "triggers")),
        fails=("by an assignment of another name", "role_assignment_name="),
        first="remove the new assignment, or give its name as `role_assignment_name`",
        help=lambda state, app: drift.remove_role_assignment(state, LEGACY, app),
        together="in the way",
    ),
    Row(
        "role-changed",
        "The role assignment is deleted, and another role assigned under its name",
        lambda state, app: role_drift.change_role(state, ABAC, app, "Container Registry Repository Writer"),
        (Seen(ABAC_ROLE, "update", "roleDefinitionId"),),
        fails=("an assignment of another role has the name of this stack's assignment", "az role assignment delete"),
        first="remove the assignment, because Azure cannot change its role",
        help=lambda state, app: drift.remove_role_assignment(state, ABAC, app),
        together="in the way",
    ),
    Row(
        "condition-changed",
        "The role assignment's condition is changed to other repositories",
        lambda state, app: role_drift.change_condition(state, ABAC, app, repository_condition(["other"], [])),
        (Seen(ABAC_ROLE, "update", "condition"), Seen(ABAC_CHECK, "update", "result")),
        says=("a condition on the assignment must cover that repository",),
        pulls=False,
        together="second",
    ),
    Row(
        "condition-removed",
        "The role assignment's condition is removed",
        lambda state, app: role_drift.change_condition(state, ABAC, app, None),
        (Seen(ABAC_ROLE, "update", "condition"),),
        together="third",
    ),
    Row(
        "wider-role",
        "A wider role is assigned beside it",
        lambda state, app: role_drift.add_role(state, LEGACY, app, "AcrPush"),
        (),
        first="not detected: the stack reads only its own assignment. `crosstenant check` names such roles",
        together="not seen",
    ),
    Row(
        "registry-to-abac",
        "The registry is switched to ABAC mode",
        lambda state, app: drift.registry_mode(state, LEGACY, "abac"),
        (Seen(ROLE, "replace", "roleDefinitionId"), Seen(CHECK, "update", "result")),
        says=("needs the role 'Container Registry Repository Reader' on the registry",),
        pulls=False,
        another_world=True,
        together="last",
    ),
    Row(
        "registry-to-legacy",
        "The registry is switched out of ABAC mode, and the stack limits pulls to repositories",
        lambda state, app: drift.registry_mode(state, ABAC, "legacy"),
        (),
        says=("registries[1].repositories: the role assignments of registry 'fabrikamabac' are registry-wide",),
        pulls=False,
        first="switch it back, or remove the limit from the program",
        help=lambda state, app: drift.registry_mode(state, ABAC, "abac"),
        up=False,
    ),
    Row(
        "registry-deleted",
        "The registry is deleted",
        lambda state, app: drift.delete_registry(state, LEGACY),
        (),
        says=("there is no registry",),
        pulls=False,
        first="create it again, or remove it from the program",
        help=lambda state, app: _create_registry(state),
    ),
    Row(
        "registry-closed",
        "The registry's network rules are closed",
        lambda state, app: drift.close_registry(state, LEGACY),
        (Seen(CHECK, "update", "result"),),
        says=("the registry's network rules", "block this machine"),
        pulls=False,
        fails=("the registry's network rules", "block this machine"),
        first="allow the machine that runs Pulumi, or use mode `warn`, which raises no alarm",
        help=lambda state, app: drift.resource(state, drift.REGISTRIES, LEGACY)["properties"].update(
            publicNetworkAccess="Enabled"
        ),
        up=False,
    ),
    Row(
        "cluster-moved",
        "The cluster is reset to another application",
        lambda state, app: drift.reset_cluster(state, seed.CLUSTER),
        (Seen(PROFILE, "update", "clientId"),),
        says=("this resets the credential of cluster",),
        pulls=False,
        resets=1,
        together="first",
    ),
    Row(
        "cluster-managed-identity",
        "The cluster is given a managed identity",
        lambda state, app: drift.enable_managed_identity(state, seed.CLUSTER),
        (Seen(PROFILE, "update", "clientId"),),
        says=("has a managed identity, and Azure does not let it go back",),
        pulls=False,
        first="remove it from `clusters`; its pods pull with `image_pull_secret`",
        asks={"clusters": []},
        ends_well=False,
        another_world=True,
    ),
    Row(
        "cluster-deleted",
        "The cluster is deleted",
        lambda state, app: drift.delete_cluster(state, seed.CLUSTER),
        (Seen(PROFILE, "create"),),
        says=("does not exist: correct the ID, or remove the cluster from the program",),
        pulls=False,
        first="remove it from `clusters`, or create it again",
        asks={"clusters": []},
        ends_well=False,
        another_world=True,
    ),
    Row(
        "cluster-secret",
        "The cluster is reset by hand to another secret of the application, without `prove_on_nodes`",
        lambda state, app: drift.reset_cluster(state, seed.CLUSTER, app),
        (),
        first="not detected: Azure does not show a cluster's secret. Set `prove_on_nodes`, or change `rotation_trigger`"
        " to be certain",
        asks=_rotation("to be certain"),
        resets=1,
        together="not seen",
    ),
)


@dataclass(frozen=True)
class NodeRow:
    """One thing that may happen where the cluster's nodes are asked, which needs a Kubernetes API."""

    happened: str
    pulls: bool
    alarm: str
    repair: str
    resets: bool = False


NODE_ROWS = (
    NodeRow(
        "The cluster is reset by hand to a secret that the registry does not accept",
        False,
        "update `ServicePrincipalProfile` (`credentialState`), `NodePullCheck` (`result`)",
        "`up --refresh`",
        resets=True,
    ),
    NodeRow(
        "The cluster is reset by hand to another secret of the application, which works",
        True,
        "nothing until that secret ends or is removed; then what the row above shows",
        "`up --refresh` then; or change `rotation_trigger`",
        resets=True,
    ),
    NodeRow(
        "The role assignment is deleted",
        False,
        "create `RoleAssignment`; update `PullCheck` (`result`), `ServicePrincipalProfile` (`credentialState`),"
        " `NodePullCheck` (`result`)",
        "`up --refresh`, which asks the nodes again before it resets anything",
    ),
    NodeRow(
        "The nodes alone do not reach the registry",
        False,
        "update `NodePullCheck` (`result`)",
        "repair the network of the nodes; then `up --refresh`",
    ),
    NodeRow(
        "The image that the nodes pull is removed from the registry",
        True,
        "update `NodePullCheck` (`result`)",
        "push it again, or name another one; then `up --refresh`",
    ),
)
"""With ``prove_on_nodes``: tests/kubernetes/test_node_pull_drift.py and test_node_pull_failures.py show them."""


def groups() -> list[tuple[Row, ...]]:
    """The rows, those together that are made together."""
    found: dict[str, list[Row]] = {}
    for row in ROWS:
        found.setdefault(row.together or row.name, []).append(row)
    return [tuple(rows) for rows in found.values()]


def _create_registry(state: State) -> None:
    state["resources"][seed.REGISTRY.lower()] = resource_documents.registry(seed.REGISTRY, "LegacyRegistryPermissions")


def table() -> str:
    """The rows as a table in Markdown."""
    lines = ["| what happened | pulls | the alarm shows | the repair | nodes |", "| --- | --- | --- | --- | --- |"]
    for row in ROWS:
        cells = (
            row.happened,
            "work" if row.pulls else "fail",
            _alarm(row),
            _repair(row),
            "reimaged" if row.resets else "stay",
        )
        lines.append(f"| {' | '.join(cells)} |")
    for one in NODE_ROWS:
        cells = (
            f"With `prove_on_nodes`: {one.happened[0].lower()}{one.happened[1:]} (*)",
            "work" if one.pulls else "fail",
            one.alarm,
            one.repair,
            "reimaged" if one.resets else "stay",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _alarm(row: Row) -> str:
    by_op: dict[str, list[str]] = {}
    for seen in row.seen:
        named = f"{RESOURCES[seen.resource]}{f' (`{seen.property}`)' if seen.property else ''}"
        resources = by_op.setdefault(seen.op, [])
        if named not in resources:
            resources.append(named)
    texts = [f"{op} {', '.join(resources)}" for op, resources in by_op.items()]
    if row.says and row.first:
        texts.append(f"“{row.says[0]} …”")
    return "; ".join(texts) or "nothing"


def _repair(row: Row) -> str:
    if not row.first:
        return "`up --refresh`"
    return f"{row.first}; then `up --refresh`" if row.up and row.is_seen else row.first


def document() -> str:
    """docs/drift.md with the table as it should be.

    :raises ValueError: It has no place for it.
    """
    return with_table(DOCS, BEGIN, END, table())


if __name__ == "__main__":
    DOCS.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{DOCS}: {len(ROWS)} rows\n")
