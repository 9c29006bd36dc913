"""Pulumi's own options, and other spellings of IDs, on a pull without a secret: no dead end, nothing made anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from crosstenant.sandbox.world import drift, seed
from crosstenant.sandbox.world.faults import new_fault
from lib.stack import Stack
from tests.engine.engine_world import Azure
from tests.engine.registry_stacks import HEAD, follow_imports, rewrite
from tests.engine.test_federated_pull import CREDENTIAL, GROUP, ROLE, identity

PROGRAM = (
    HEAD
    + f"""
FederatedPull(
    "prod",
    FederatedPullArgs(
        cluster_tenant=tenant("cluster"),
        registry_tenant=tenant("registry"),
        registries=[RegistryArgs(registry_id="{seed.REGISTRY}")],
        identity=FederatedIdentityArgs(resource_group="{GROUP}"),
        clusters=[
            FederatedClusterArgs(
                cluster_id="{seed.MANAGED_IDENTITY_CLUSTER}", namespaces=[PullNamespaceArgs(name="shop")]
            )
        ],
        delivery="none",
    ),
    pulumi.ResourceOptions(protect=True),
)
"""
)
RENAMED = (
    PROGRAM.replace('"prod",', '"images",', 1)
    .replace("protect=True", 'protect=True, aliases=[pulumi.Alias(name="prod")]')
    # The refresher's namespace has the component's name by default.
    .replace("namespaces=", 'refresher=RefresherArgs(namespace="crosstenant-prod"), namespaces=')
)


def spelled(program: str) -> str:
    """The same IDs, as the portal and scripts write them."""
    for arm_id in (seed.REGISTRY, seed.MANAGED_IDENTITY_CLUSTER):
        program = program.replace(arm_id, arm_id.replace("resourceGroups", "resourcegroups").upper() + "/")
    return program.replace(f'resource_group="{GROUP}"', f'resource_group="{GROUP.upper()}"')


def test_options_and_spellings_leave_a_chain_without_a_secret_as_it_is(
    azure: Azure, make_stack: Callable[..., Stack], tmp_path: Path
):
    stack = make_stack(PROGRAM)
    # Azure makes the credential, and the provider does not hear of it.
    fault = {"service": "arm", "method": "PUT", "path": "federatedIdentityCredentials", "status": 400, "after": True}
    azure.change(lambda state: state["faults"].append(new_fault(fault)))
    assert stack.operate("up").code != 0
    left = stack.operate("up")
    assert left.says("cannot create already existing resource", "If an interrupted update left it"), left.output
    follow_imports(stack, left)
    up = stack.operate("up")
    assert up.code == 0, up.output

    def pulumi(*words: str) -> None:
        done = stack.command("pulumi", *words, "--stack", "test")
        assert done.code == 0, done.output

    def urn(kind: str) -> str:
        (found,) = [it["urn"] for it in stack.resources() if it["type"] == kind and not it.get("delete")]
        return found

    def writes(*options: str) -> list[str]:
        """The requests of an update that succeeds."""
        before = len(azure.writes)
        done = stack.operate("up", *options)
        assert done.code == 0, done.output
        return [it.split("?")[0] for it in azure.writes[before:]]

    rewrite(tmp_path, spelled(PROGRAM))
    assert writes("--refresh") == []
    rewrite(tmp_path, RENAMED)
    assert writes() == []

    # Protection guards the identity, and lets ordinary life pass.
    azure.change(lambda state: drift.registry_mode(state, "fabrikamimages", "abac"))
    assert [it.split()[0] for it in writes("--refresh")] == ["PUT", "DELETE"], "the role's successor comes first"
    guarded = stack.command("pulumi", "destroy", "--preview-only", "--non-interactive", "--stack", "test")
    assert guarded.code != 0
    assert guarded.says("cannot be deleted", "it is protected", "images-identity"), guarded.output
    kept = identity(azure.state)

    # Azure takes no second role: the message has the command. A credential is deleted and made again.
    pulumi("state", "taint", urn(ROLE))
    before = len(azure.writes)
    refused = stack.operate("up")
    assert refused.code != 0
    assert azure.writes[before:] == []
    (command,) = set(re.findall(r"pulumi (state untaint) '(.*?)'", refused.output))
    assert command[1] == urn(ROLE)
    pulumi(*command[0].split(), command[1])
    pulumi("state", "taint", urn(CREDENTIAL))
    assert [it.split()[0] for it in writes("--refresh")] == ["DELETE", "PUT"]
    assert identity(azure.state)["properties"] == kept["properties"]
