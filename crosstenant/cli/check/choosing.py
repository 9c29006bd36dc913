"""The chain that the options of ``crosstenant check`` name, or that they choose from a stack."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from crosstenant.cli.check.chain import Chain, Probe
from crosstenant.cli.check.federated.chain import FederatedChain, FederatedCluster
from crosstenant.cli.check.federated.from_stack import FederatedStackChain, federated_chains_of
from crosstenant.cli.check.stack import StackChain, StackError, chains_of, export_stack
from crosstenant.model.arm_id import CLUSTER_TYPE, IDENTITY_TYPE, REGISTRY_TYPE, ArmId, is_uuid, parse_arm_id
from crosstenant.model.outside_text import in_one_line

PULL_SECRET: Final = "CROSSTENANT_PULL_SECRET"  # noqa: S105 (a variable's name)
"""Environment variable with the application's secret."""

_OTHER_FORM: Final = "the stack's state has another form than the package's resources have"
_WITHOUT_STACK: Final = "run 'pulumi up' with this version, or give --cluster, --registry and --client-id"

AnyStackChain = StackChain | FederatedStackChain


@dataclass(frozen=True)
class ChainOptions:
    """The options that name a chain, as they were written."""

    stack: str | None
    folder: Path
    with_secret: bool
    clusters: tuple[str, ...]
    registries: tuple[str, ...]
    client_id: str | None
    identity: str | None
    subjects: tuple[str, ...]
    probe: Probe

    def chosen(self, registry_tenant_id: str | None) -> AnyStackChain:
        """The one chain that they name; a chain that no stack declares has no secret and no kubeconfig.

        :param registry_tenant_id: UUID of the registry tenant, if it is given.
        :raises click.UsageError: An option is missing or wrong, or the stack has no such chain.
        """
        if self.identity is not None and self.client_id is not None:
            raise click.UsageError("--identity names a chain without a secret: omit --client-id")
        if self.stack is None:
            if self.with_secret:
                raise click.UsageError(f"--with-secret needs --stack: give the secret in {PULL_SECRET}")
            if self.identity is not None:
                return FederatedStackChain(
                    self._without_secret(_parsed(self.identity, IDENTITY_TYPE, "--identity")), ()
                )
            if self.subjects:
                return FederatedStackChain(self._without_secret(None), ())
            return StackChain(self._named(), None)
        if self.clusters or self.registries:
            raise click.UsageError("--stack names the chain: omit --cluster and --registry")
        if self.subjects:
            raise click.UsageError("--stack names the subjects: omit --subject")
        try:
            chosen = self._of_stack(self.stack, registry_tenant_id)
        except StackError as error:
            # It may repeat what the state has in the place of an ID.
            raise click.UsageError(in_one_line(str(error))) from None
        return chosen if isinstance(chosen, FederatedStackChain) else replace(chosen, chain=self._probing(chosen.chain))

    def _named(self) -> Chain:
        if self.client_id is None or not self.registries:
            raise click.UsageError(
                "name a chain: --stack, or --client-id with --registry (and --cluster), or --identity with --registry"
                " and --cluster"
            )
        return Chain(
            client_id=_client_id(self.client_id),
            cluster_tenant_id="",
            registry_tenant_id="",
            clusters=tuple(_parsed(it, CLUSTER_TYPE, "--cluster") for it in self.clusters),
            registries=tuple((_parsed(it, REGISTRY_TYPE, "--registry"), self.probe) for it in self.registries),
        )

    def _without_secret(self, identity_id: ArmId | None) -> FederatedChain:
        """A chain of an identity, or of the application with the client ID."""
        if not self.registries or not self.clusters or (identity_id is None and self.client_id is None):
            raise click.UsageError("a chain without a secret needs --identity or --client-id, --registry and --cluster")
        return FederatedChain(
            identity_id=identity_id,
            cluster_tenant_id="",
            registry_tenant_id="",
            clusters=tuple(
                FederatedCluster(_parsed(it, CLUSTER_TYPE, "--cluster"), self.subjects) for it in self.clusters
            ),
            registries=tuple(_parsed(it, REGISTRY_TYPE, "--registry") for it in self.registries),
            client_id=_client_id(self.client_id) if self.client_id else "",
        )

    def _of_stack(self, stack: str, registry_tenant_id: str | None) -> AnyStackChain:
        """The one chain of a stack that matches the options."""
        export = export_stack(stack, self.folder, show_secrets=self.with_secret)
        try:
            found: list[AnyStackChain] = [*federated_chains_of(export)]
            # Without any chain of the one kind the other's reader says what a stack without a chain lacks.
            found += chains_of(export, required=not found)
        except StackError:
            raise
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise StackError(f"{_OTHER_FORM} ({type(error).__name__}: {error}): {_WITHOUT_STACK}") from None
        if not all(is_uuid(it.chain.client_id) for it in found if it.chain.client_id):
            raise StackError(f"{_OTHER_FORM} (a client ID that is not a UUID): {_WITHOUT_STACK}")
        left = [it for it in found if self._matches(it, registry_tenant_id)]
        if len(left) == 1:
            return left[0]
        what = "several chains" if left else "no such chain"
        raise StackError(f"the stack has {what}: choose one of {'; '.join(map(_options_for, found))}")

    def _matches(self, one: AnyStackChain, registry_tenant_id: str | None) -> bool:
        if (registry_tenant_id or one.chain.registry_tenant_id).lower() != one.chain.registry_tenant_id.lower():
            return False
        if isinstance(one, FederatedStackChain) and one.chain.identity_id is not None:
            wished = _parsed(self.identity, IDENTITY_TYPE, "--identity") if self.identity else one.chain.identity_id
            return self.client_id is None and wished.key == one.chain.identity_id.key
        return self.identity is None and (self.client_id or one.chain.client_id).lower() == one.chain.client_id.lower()

    def _probing(self, chain: Chain) -> Chain:
        """The chain, with the repository and reference of the options."""
        if not self.probe.repository and not self.probe.reference:
            return chain
        return replace(chain, registries=tuple((registry_id, self.probe) for registry_id, _ in chain.registries))


def _client_id(text: str) -> str:
    if not is_uuid(text):
        raise click.BadParameter("must be a UUID: give the application's client ID", param_hint="--client-id")
    return text.lower()


def _parsed(text: str, resource_type: str, option: str) -> ArmId:
    try:
        return parse_arm_id(text, resource_type)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _options_for(one: AnyStackChain) -> str:
    chosen = (
        f"--identity {one.chain.identity_id}"
        if isinstance(one, FederatedStackChain) and one.chain.identity_id
        else f"--client-id {one.chain.client_id}"
    )
    return f"{chosen} --registry-tenant-id {one.chain.registry_tenant_id}"
