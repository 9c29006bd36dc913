"""What the three resource types share: the life of a resource behind Pulumi's Terraform bridge."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar, cast

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.declared import DeclaredResource
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.fields import check
from crosstenant.provider_kit.resource import Diff, Failure, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN, to_properties
from crosstenant.sandbox.standins.azuread.arguments import Arguments, BridgedWording, diff_arguments, observed_inputs
from crosstenant.sandbox.standins.azuread.blocks import BLOCKS, Members, unknown_members
from crosstenant.sandbox.standins.azuread.graph import Graph
from crosstenant.sandbox.standins.ignored_changes import ignored_paths, is_below


class BridgedResource(DeclaredResource[Graph]):
    """A resource type of the azuread provider, from the tables of its inputs and outputs."""

    inputs: ClassVar[Arguments]  # pyright: ignore[reportIncompatibleVariableOverride] - narrower, and never assigned
    write_only: ClassVar[frozenset[str]] = frozenset()
    """Inputs that Azure does not keep: the state remembers them."""

    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        """Validates the inputs and fills in the defaults."""
        wording = BridgedWording(urn.rsplit("::", 1)[-1])
        inputs, failures = check(self.inputs, olds, news, wording)
        for name in sorted(inputs.keys() & BLOCKS.keys()):
            found = unknown_members(name, inputs[name], cast(Members, BLOCKS[name]))
            failures += [Failure(name, wording.unknown(path, self.inputs)) for path in found]
        return inputs, failures or self.check_together(inputs)

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """Compares the last observed state with the program, but for what the program ignores changes of."""
        found = diff_arguments(self.inputs, olds, news).differences
        ignored = ignored_paths()
        return Diff({path: it for path, it in found.items() if not any(is_below(path, above) for above in ignored)})

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """The inputs, and unknown what Azure will say."""
        open_arguments = [name for name, argument in self.inputs.items() if argument.computed]
        return {**dict.fromkeys([*self.outputs, *open_arguments], UNKNOWN), **inputs}

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """The state with the new inputs."""
        return {**olds, **news}

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Observes the object; an ID in a form that the provider does not write is an error."""
        found = await self.observe(resource_id, olds)
        if found is None:
            return None
        outputs = {**found, **{name: olds[name] for name in self.write_only if name in olds}}
        return Observed(resource_id, observed_inputs(self.inputs, inputs, outputs), outputs)

    @abstractmethod
    async def observe(self, resource_id: str, olds: Properties) -> Properties | None:
        """The outputs as Graph tells them; ``None`` when the object is gone."""

    async def read_back(self, resource_id: str) -> Properties:
        """The outputs right after a write: an object that is not there yet is an error, which nothing repeats."""
        outputs = await self.observe(resource_id, {})
        if outputs is None:
            raise OperatorError(f"retrieving {resource_id}: unexpected status 404 (404 Not Found)")
        return outputs

    def remembered(self, inputs: Properties) -> Properties:
        """The write-only inputs, for the outputs."""
        return {name: inputs[name] for name in self.write_only if name in inputs}


@asynccontextmanager
async def keeping(resource_id: str, inputs: Properties, outputs: Properties) -> AsyncGenerator[None]:
    """Work on an object that exists by now: when it fails, the engine keeps the object and reports the failure."""
    try:
        yield
    except OperatorError as error:
        raise PartialError(resource_id, to_properties(outputs), [str(error)], to_properties(inputs)) from None
