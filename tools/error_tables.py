"""Writes the tables of docs/errors.md from what the plugin itself reads when it words an error.

    .venv/bin/python tools/error_tables.py

A table stands between `<!-- table: NAME -->` and `<!-- end -->`; all else in the file is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crosstenant.azure.pull.pull_advice import advise
from crosstenant.azure.pull.pull_verdict import Reason
from crosstenant.azure.refusals.refusal_table import REFUSALS, ROLES_BY_ACTION, Refusal, Retry
from crosstenant.azure.registries.registries import RegistryState
from crosstenant.model.matched_texts.all_texts import MATCHED_TEXTS
from crosstenant.model.modes import RoleAssignmentMode
from lib.checkout import ROOT

PAGE = ROOT / "docs" / "errors.md"

# Stands for the reader's own in the sentences of the pull check.
_REGISTRY = RegistryState(
    registry_id="<registry's ARM ID>",
    name="myimages",
    login_server="myimages.azurecr.io",
    role_assignment_mode=RoleAssignmentMode.LEGACY,
    location="westeurope",
    sku="Premium",
    provisioning_state="Succeeded",
    public_network_access="Enabled",
    network_default_action="Deny",
)


def rendered(page: str) -> str:
    """The page with its tables as they should be.

    :raises ValueError: A table that the page names is unknown, or one that there is has no place in it.
    """
    names = re.findall(r"<!-- table: (.+?) -->", page)
    if sorted(names) != sorted(_TABLES):
        raise ValueError(f"the page has the tables {sorted(names)}, and there are {sorted(_TABLES)}")
    return re.sub(
        r"(<!-- table: (.+?) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}{_TABLES[found[2]]}{found[3]}",
        page,
        flags=re.DOTALL,
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(_cell(text) for text in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _refusals(source: str) -> str:
    rows = [it for it in REFUSALS if it.source == source]
    return _table(
        ("Azure's code", "what it means", "what to do", "tried again by itself"),
        ((_codes(it), it.meaning, it.remedy, _RETRIES[it.retry]) for it in rows),
    )


def _codes(refusal: Refusal) -> str:
    codes = ", ".join(f"`{code}`" for code in refusal.codes)
    if not refusal.phrases:
        return codes
    return f"{codes} with {' or '.join(f'“{phrase.words}”' for phrase in refusal.phrases)}"


_RETRIES = {
    Retry.NEVER: "no",
    Retry.PROPAGATION: "a secret or service principal just made: until Entra has caught up",
    Retry.BUSY: "a reset: when the running operation has ended",
    Retry.THROTTLED: "yes, after the time that Azure names",
}


def _pulls() -> str:
    said = {it: advise(it, _REGISTRY, "<tenant B>", "<client ID>", "backend/api", "1.0") for it in Reason}
    return _table(
        ("`refusalReason`", "what is missing, and who repairs it"), ((f"`{it.value}`", said[it]) for it in said)
    )


def _roles() -> str:
    rows = ((f"`{action}`", role) for action, role in sorted(ROLES_BY_ACTION.items()))
    return _table(("action (case does not count)", "built-in role that permits it and little more"), rows)


def _matched() -> str:
    rows = sorted(MATCHED_TEXTS, key=lambda it: not it.assumed)
    return _table(
        ("the words", "in an error of", "known from"),
        ((f"“{it.words}”", it.said_by, f"assumed: {it.source}" if it.assumed else it.source) for it in rows),
    )


_TABLES = {
    "Entra": _refusals("Entra"),
    "Resource Manager": _refusals("Resource Manager"),
    "AKS": _refusals("AKS"),
    "pulls": _pulls(),
    "roles": _roles(),
    "matched texts": _matched(),
}


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text()))
