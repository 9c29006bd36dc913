"""A stack whose program takes Pulumi's own options from a file, so that a story goes through many of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from crosstenant.sandbox.world import seed
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure
from tests.engine.options_matrix import CALLED, row

Json = dict[str, Any]

_PARTS_OF_A_REPLACEMENT = ("create-replacement", "delete-replaced")

PROGRAM = """
    import json
    from pathlib import Path

    import pulumi

    from crosstenant import (
        ClusterArgs, CrossTenantPull, CrossTenantPullArgs, RegistryArgs, RotationArgs, tenant_from_config,
    )

    config = pulumi.Config()
    asked = json.loads(Path("asked.json").read_text())


    def unchanged(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        return pulumi.ResourceTransformResult(props=args.props, opts=args.opts)


    def ignoring(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
        if args.type_ == "azuread:index/application:Application":
            ignored = pulumi.ResourceOptions(ignore_changes=["web"])
            return pulumi.ResourceTransformResult(args.props, pulumi.ResourceOptions.merge(args.opts, ignored))
        if args.type_ == "crosstenant:index:ServicePrincipalProfile" and asked["secret_ignored"]:
            ignored = pulumi.ResourceOptions(ignore_changes=["secret"])
            return pulumi.ResourceTransformResult(args.props, pulumi.ResourceOptions.merge(args.opts, ignored))
        return pulumi.ResourceTransformResult(props=args.props, opts=args.opts)


    if asked["stack_transform"]:
        pulumi.runtime.register_resource_transform(unchanged)


    class Platform(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("examples:index:Platform", "platform")


    options = pulumi.ResourceOptions(
        parent=Platform() if asked["parent"] else None,
        protect=asked["protect"],
        retain_on_delete=asked["retain_on_delete"],
        custom_timeouts=pulumi.CustomTimeouts(**asked["custom_timeouts"]) if asked["custom_timeouts"] else None,
        delete_before_replace=asked["delete_before_replace"],
        transforms=[ignoring] if asked["transform"] else None,
        aliases=[pulumi.Alias(**it) for it in asked["aliases"]],
    )
    CrossTenantPull(
        asked["name"],
        CrossTenantPullArgs(
            cluster_tenant=tenant_from_config(config, "cluster"),
            registry_tenant=tenant_from_config(config, "registry"),
            registries=[RegistryArgs(registry_id=config.require("registryId"))],
            clusters=[ClusterArgs(cluster_id=it) for it in asked["clusters"]],
            rotation=RotationArgs(**asked["rotation"]),
            redirect_uri=asked["redirect_uri"],
        ),
        options,
    )
"""


def shows(outcome: Outcome, *names: str) -> None:
    """An operation does and says what these rows of the matrix have."""
    done = {it.name: it.op for it in outcome.changes if it.name in CALLED and it.op not in _PARTS_OF_A_REPLACEMENT}
    for name in names:
        shown = row(name)
        assert done == dict(shown.changes), f"{name}: {outcome.output}"
        assert outcome.says(*shown.says), f"{name}: {outcome.output}"


class Optioned:
    """The stack of ``PROGRAM``, and Azure."""

    def __init__(self, azure: Azure, make_stack: Callable[..., Stack], folder: Path, **asks: Any) -> None:
        self.azure = azure
        self.stack = make_stack(PROGRAM)
        self.project = folder / "project"
        self._asks: Json = {
            "name": "prod",
            "aliases": [],
            "parent": False,
            "protect": None,
            "retain_on_delete": None,
            "custom_timeouts": None,
            "delete_before_replace": None,
            "transform": False,
            "secret_ignored": False,
            "stack_transform": False,
            "clusters": [seed.CLUSTER],
            "rotation": {},
            "redirect_uri": "https://www.microsoft.com/",
        }
        self.ask(**asks)

    def ask(self, **changes: Any) -> None:
        """Has the program ask for something else from now on."""
        self._asks.update(changes)
        (self.project / "asked.json").write_text(json.dumps(self._asks))

    def becomes(self, program: str) -> None:
        """Another program from now on, which takes nothing from the file."""
        (self.project / "__main__.py").write_text(program)

    def up(self, *options: str) -> Outcome:
        """An update that has to succeed."""
        done = self.stack.operate("up", *options)
        assert done.code == 0, done.output
        return done

    def does_nothing(self, *options: str) -> Outcome:
        """An update that writes nothing in Azure."""
        before = len(self.azure.writes)
        done = self.up(*options)
        assert self.azure.writes[before:] == [], done.output
        return done

    def urn(self, name: str) -> str:
        """The URN of the one resource of that name, which stays as the first look has it."""
        return self._urns[name]

    @cached_property
    def _urns(self) -> dict[str, str]:
        return {it["urn"].rsplit("::", 1)[-1]: it["urn"] for it in self.stack.resources() if it["custom"]}

    @property
    def application(self) -> Json:
        """The stack's application, the one that the seeded state does not have."""
        (mine,) = [it for key, it in self.azure.state["applications"].items() if key not in seed.seed()["applications"]]
        return mine

    @property
    def secrets(self) -> list[str]:
        """The key IDs of the application's secrets, the oldest first."""
        return [it["keyId"] for it in self.application["passwordCredentials"]]

    @property
    def roles(self) -> list[str]:
        """The role definitions (UUIDs) of the application's roles on the registry."""
        mine = {
            key for key, it in self.azure.state["servicePrincipals"].items() if it["appId"] == self.application["appId"]
        }
        assigned = [it["properties"] for it in self.azure.state["roleAssignments"].values()]
        on_registry = [
            it for it in assigned if it["principalId"] in mine and it["scope"].lower() == seed.REGISTRY.lower()
        ]
        return [it["roleDefinitionId"].rsplit("/", 1)[-1] for it in on_registry]
