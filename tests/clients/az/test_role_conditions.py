"""The command and the conditions of docs/rights.md, typed into az: what the callers may assign then, and what not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import pytest

from crosstenant.sandbox.world import seed
from tests.clients.az.azure_cli import AzureCli
from tests.sandbox.test_rights_conditions import CLUSTER, PAGE, PULL

pytestmark = pytest.mark.large

OWNERS = {"cluster": "a0000000-0000-4000-8000-0000000000d3", "registry": "b0000000-0000-4000-8000-0000000000d3"}


def command(scope: str, principal: str, condition: str) -> str:
    """The command of the page, without the word az and with everything filled in."""
    (text,) = re.findall(r"^    az (role assignment create (?:.*\\\n)*.*)", PAGE.read_text(), re.MULTILINE)
    filled = text.replace("\\\n", " ").replace("<registry's ARM ID>", scope)
    filled = filled.replace("<object ID of the deployment's service principal>", principal)
    return filled.replace('"$(cat pull-roles.txt)"', shlex.quote(condition))


@pytest.mark.parametrize(
    ("side", "scope", "condition", "permitted"),
    [
        ("registry", seed.REGISTRY, PULL, "AcrPull"),
        ("registry", seed.REGISTRY, PULL, "Container Registry Repository Reader"),
        ("cluster", seed.CLUSTER_GROUP, CLUSTER, "Network Contributor"),
    ],
)
def test_caller_with_the_condition_assigns_and_removes_its_roles_only(
    az: Callable[[], AzureCli],
    request: pytest.FixtureRequest,
    side: str,
    scope: str,
    condition: str,
    permitted: str,
):
    owner: AzureCli = request.getfixturevalue(f"{side}_owner")
    client = getattr(seed, f"{side.upper()}_POWERLESS_ID")
    made = owner.ok(command(scope, f"{client[:-2]}d2", condition))
    assert (made["condition"], made["conditionVersion"]) == (condition, "2.0")
    caller = az()
    caller.sign_in(getattr(seed, f"{side.upper()}_TENANT"), client, getattr(seed, f"{side.upper()}_POWERLESS_SECRET"))

    def to(role: str, kind: str = "ServicePrincipal") -> str:
        assignee = f"--assignee-object-id {OWNERS[side]} --assignee-principal-type {kind}"
        return f"role assignment create {assignee} --role '{role}' --scope {scope}"

    own = caller.ok(to(permitted))
    for refused in (to("Owner"), to("Role Based Access Control Administrator"), to(permitted, "User")):
        assert "an ABAC condition not fulfilled to perform action" in caller.refused(refused)
    others = owner.ok(to("Reader"))
    assert "AuthorizationFailed" in caller.refused(f"role assignment delete --ids {others['id']}")
    caller.ok(f"role assignment delete --ids {own['id']}")
    owner.ok(f"role assignment delete --ids {others['id']} {made['id']}")
