"""Pulumi's own options as data: what each means for the components, and what happens.

The stories in ``test_options_*.py`` prove each row, and docs/pulumi-options.md holds the table that is made of them:

    python tests/engine/options_matrix.py

writes it there.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tests.engine.table_in_docs import with_table

DOCS = Path(__file__).parents[2] / "docs" / "pulumi-options.md"
BEGIN, END = "<!-- the matrix, made by tests/engine/options_matrix.py -->", "<!-- the end of the matrix -->"

CALLED: Final = MappingProxyType(
    {
        "prod-application": "`Application`",
        "prod-secret": "`ApplicationPassword`",
        "prod-cluster-service-principal": "`ServicePrincipal` (cluster tenant)",
        "prod-registry-service-principal": "`ServicePrincipal` (registry tenant)",
        "prod-fabrikamimages-pull-role": "`RoleAssignment`",
        "prod-fabrikamimages-pull-check": "`PullCheck`",
        "prod-aks-prod-profile": "`ServicePrincipalProfile`",
        "prod-aks-second-profile": "`ServicePrincipalProfile`",
    }
)
"""The resources of the stories, and how the documentation calls them."""

APPLICATION, SECRET, CLUSTER_PRINCIPAL, REGISTRY_PRINCIPAL, ROLE, CHECK, PROFILE, SECOND_PROFILE = CALLED

_FOLLOW: Final = {CHECK: "update", PROFILE: "update", SECOND_PROFILE: "update"}
_REFACTORED, _PROTECTED, _OPERATED, _HOSTED = (
    "test_options_refactoring.py",
    "test_options_protect.py",
    "test_options_operations.py",
    "test_options_yaml.py",
)


@dataclass(frozen=True)
class Row:
    """One option."""

    name: str
    option: str
    happens: str
    """What it means and does, beside the changes, and what to do about it."""
    story: str
    """The file of the test that proves it."""
    changes: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the story's operation with this option does, by the resource's name; empty where it does nothing."""
    says: tuple[str, ...] = ()
    """Words of its output."""


ROWS: Final = (
    Row(
        "protect",
        "`protect` on a component",
        "guards the application and its service principals. Rotations and changed registries pass",
        _PROTECTED,
        {SECRET: "replace", ROLE: "replace", CHECK: "update", PROFILE: "update"},
    ),
    Row(
        "retain",
        "`retain_on_delete` on a component",
        "keeps the application and its service principals in Azure; no old secret and no old role stays. Pulumi warns"
        " that the option has no automatic effect on components: this package handles it",
        _PROTECTED,
        {SECRET: "replace", ROLE: "replace", CHECK: "update", PROFILE: "update"},
    ),
    Row(
        "destroy-protected",
        "`destroy` of a protected component",
        "refused by its preview; with `--skip-preview` at the cluster's record. See [Protection](#protection)",
        _PROTECTED,
        says=("cannot be deleted", "it is protected"),
    ),
    Row("alias-name", "`aliases` with a name", "a renamed component stays what it is", _REFACTORED),
    Row("alias-parent", "`aliases` with a parent", "a component with another parent stays what it is", _REFACTORED),
    Row(
        "alias-apart",
        "`aliases` on the parts",
        "`CrossTenantPull` becomes `PullIdentity`, `RegistryAccess` and the clusters' records",
        _REFACTORED,
    ),
    Row(
        "stack-rename",
        "`pulumi stack rename`, another project too",
        "nothing; rename the keys of the stack's configuration with the project",
        _REFACTORED,
    ),
    Row(
        "export-import",
        "`pulumi stack export`, `pulumi stack import`",
        "nothing. The export holds the secrets, encrypted by the stack's secrets provider",
        _REFACTORED,
    ),
    Row(
        "state-rename",
        "`pulumi state rename` of a component",
        "renames its URN, not its children: rename with an alias instead. Renamed back, it is as before",
        _REFACTORED,
    ),
    Row(
        "transform",
        "a transform on the component (`transforms`) with `ignore_changes` for a child",
        "the child's property stays as it is, here the application's `web`",
        _OPERATED,
        {ROLE: "replace", CHECK: "update"},
    ),
    Row(
        "ignore-secret",
        "the same with `ignore_changes` for the `secret` of a cluster's record, when the secret is to be rotated",
        "**the cluster keeps a secret that is removed**: its pulls fail. The preview says so before, and every preview"
        " and `crosstenant check` after it. Without the option the next `up` resets the cluster",
        _OPERATED,
        {SECRET: "replace", **_FOLLOW},
    ),
    Row(
        "stack-transform",
        "a stack-wide transform that returns options unchanged",
        "nothing is lost: a role assignment's successor is made before the assignment is deleted. (A Go program's"
        " transform must not return the options of role assignments: its SDK loses `deleteBeforeReplace: false`.) A"
        " transform that sets `protect` or `retain_on_delete` for all resources must leave out what ordinary life"
        " replaces",
        _OPERATED,
        {ROLE: "replace", CHECK: "update"},
    ),
    Row(
        "delete-before-replace",
        "`delete_before_replace` on a component",
        "no effect on children",
        _OPERATED,
        {ROLE: "replace", CHECK: "update"},
    ),
    Row(
        "custom-timeouts",
        "`custom_timeouts` on a component",
        "no effect on children, as Pulumi warns: use `reset_timeout_seconds`, `consent_timeout_seconds` and the pull"
        " check's `timeout_seconds`",
        _OPERATED,
        {ROLE: "replace", CHECK: "update"},
    ),
    Row(
        "plan",
        "`preview --save-plan`, `up --plan`",
        "the update does what the plan says, resets included",
        _OPERATED,
        {
            APPLICATION: "create",
            SECRET: "create",
            CLUSTER_PRINCIPAL: "create",
            REGISTRY_PRINCIPAL: "create",
            ROLE: "create",
            CHECK: "create",
            PROFILE: "create",
            SECOND_PROFILE: "create",
        },
    ),
    Row(
        "policy-pack",
        "`--policy-pack`",
        "policies see and change the components' children. A mandatory violation ends the preview, and nothing is made."
        " See [Policy packs](#policy-packs)",
        "test_policy_pack.py",
        says=("[mandatory] approved-registries",),
    ),
    Row(
        "target",
        "`--target` on the secret alone, when it is to be rotated",
        "**the old secret is deleted while the clusters have it**: pulls fail until the next `up`. Add"
        " `--target-dependents`",
        _OPERATED,
        {SECRET: "replace"},
    ),
    Row(
        "after-target",
        "the plain `up` after that",
        "completes the rotation",
        _OPERATED,
        _FOLLOW,
    ),
    Row(
        "target-dependents",
        "`--target-dependents` on the secret",
        "the whole rotation: checks, then resets, then the old secret",
        _OPERATED,
        {SECRET: "replace", **_FOLLOW},
    ),
    Row(
        "continue-on-error",
        "`--continue-on-error` when one cluster refuses",
        "the other clusters are reset; the old secret stays for the one that refused, until an `up` succeeds there",
        _OPERATED,
        {SECRET: "replace", **_FOLLOW},
    ),
    Row(
        "disable-default-providers",
        "`pulumi:disable-default-providers: ['*']`",
        "nothing: every resource and every call names its provider",
        _OPERATED,
    ),
    Row(
        "disable-default-providers-yaml",
        "the same in YAML, or in any language with hosted components",
        "the component itself needs a provider: a resource `pulumi:providers:crosstenant` with a `tenantId`, as the"
        " component's option `provider`",
        _HOSTED,
        says=("Default provider for 'crosstenant' disabled",),
    ),
    Row(
        "replace",
        "`--replace`, `pulumi state taint` on the secret, a pull check, a cluster's record",
        "a rotation, another check, one reset of the cluster",
        _OPERATED,
        {SECRET: "replace", CHECK: "replace", PROFILE: "replace", SECOND_PROFILE: "update"},
    ),
    Row(
        "taint-unique",
        "`--replace`, `pulumi state taint` on a role assignment or a service principal",
        "refused, and nothing changes: Azure takes no second one. The message has the command (`pulumi state untaint`)",
        _OPERATED,
        says=("omit that option. If 'pulumi state taint' did: pulumi state untaint",),
    ),
    Row(
        "taint-application",
        "`--replace`, `pulumi state taint` on the application",
        "the whole chain is made again beside the old one, every cluster is reset, and the old chain is deleted last",
        _OPERATED,
        {
            APPLICATION: "replace",
            SECRET: "replace",
            CLUSTER_PRINCIPAL: "replace",
            REGISTRY_PRINCIPAL: "replace",
            ROLE: "replace",
            CHECK: "replace",
            PROFILE: "update",
            SECOND_PROFILE: "update",
        },
    ),
)


def row(name: str) -> Row:
    """The row of that name."""
    (found,) = [it for it in ROWS if it.name == name]
    return found


def table() -> str:
    """The rows as a table in Markdown."""
    lines = ["| option | the update | what it means |", "| --- | --- | --- |"]
    lines += [f"| {it.option} | {_update(it)} | {it.happens} |" for it in ROWS]
    return "\n".join(lines)


def _update(shown: Row) -> str:
    by_op: dict[str, list[str]] = {}
    for name, op in shown.changes.items():
        called = by_op.setdefault(op, [])
        if CALLED[name] not in called:
            called.append(CALLED[name])
    texts = [f"{op} {', '.join(called)}" for op, called in by_op.items()]
    texts += [f"“{words} …”" for words in shown.says[:1]]
    return "; ".join(texts) or "nothing"


def document() -> str:
    """docs/pulumi-options.md with the table as it should be.

    :raises ValueError: It has no place for it.
    """
    return with_table(DOCS, BEGIN, END, table())


if __name__ == "__main__":
    DOCS.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{DOCS}: {len(ROWS)} rows\n")
