"""The life of any resource of azure-native: everything is a table of inputs and a path."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal

from typing_extensions import override

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.declared import DeclaredResource
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.fields import Field, Fields, Wording, complete, failures
from crosstenant.provider_kit.interception import current_request
from crosstenant.provider_kit.resource import Change, Diff, Difference, Failure, Observed, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain, to_properties
from crosstenant.sandbox.standins.azure_native.arm import Arm, ArmError, StartedError
from crosstenant.sandbox.standins.azure_native.differences import carry, changed_paths, is_one_of, leads_to, value_at
from crosstenant.sandbox.standins.http import Json
from crosstenant.sandbox.standins.unknown import does_not_know

Place = Literal["path", "top", "properties"]


@dataclass(frozen=True)
class Input(Field):
    """One input of a resource type."""

    _: KW_ONLY
    place: Place = "properties"
    """Where it goes in the request: the path, the body, or the body's ``properties``."""
    replacing: frozenset[str] = frozenset()
    """Members of an object, or of each object of an array, another value of which replaces the resource."""


Inputs = Mapping[str, Input]
API_VERSION = "azureApiVersion"
"""An input that the provider sets itself: another version is an update."""


def observed(*names: str) -> Fields:
    """Outputs that ARM tells."""
    return {**{name: Field("any", required=True) for name in names}, API_VERSION: Field("any")}


@dataclass(frozen=True)
class NativeWording(Wording):
    """What is wrong with an input in azure-native's words."""

    hides_values: ClassVar[bool] = False
    """The original hides none."""

    token: str
    """The resource's type."""

    @override
    def unknown(self, name: str, fields: Fields) -> str:
        return does_not_know("azure-native", f"'{name}' of {self.token}")

    @override
    def missing(self, name: str, field: Field) -> str:
        return f"missing required property '{name}'"

    @override
    def mistyped(self, name: str, field: Field, value: Plain) -> str:
        return f"'{name}' should be of type '{field.kind}' but got a {type(value).__name__}"


class ArmResource(DeclaredResource[Arm]):
    """A resource type of azure-native."""

    api_version: ClassVar[str]
    path: ClassVar[str]
    """The ID with its parts in braces."""
    inputs: ClassVar[Inputs]  # pyright: ignore[reportIncompatibleVariableOverride] - narrower, and never assigned
    name_input: ClassVar[str]
    """The path part that the provider makes up when the program does not give it."""
    flat: ClassVar[bool] = True
    """Whether the outputs hold the members of ``properties`` beside the others."""

    def __init__(self, context: Arm) -> None:
        """Serves one provider."""
        super().__init__(context)
        self._named_by_provider: set[str] = set()

    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        """Validates the inputs; fills in defaults, a name, a location and the API version."""
        news = {name: value for name, value in news.items() if name != API_VERSION}
        inputs = complete(self.inputs, news)
        if inputs.get(self.name_input) is None:
            inputs[self.name_input] = olds.get(self.name_input) or self.make_name(urn)
            self._named_by_provider.add(urn)
        if "location" in self.inputs and inputs.get("location") is None:
            inputs["location"] = olds.get("location") or await self.default_location(inputs)
        wording = NativeWording(self.token)
        found = list(failures(self.inputs, news, inputs, wording))
        if "location" in inputs and inputs["location"] is None:
            found.append(Failure("location", wording.missing("location", self.inputs["location"])))
        return {**inputs, API_VERSION: self.api_version}, found

    def make_name(self, urn: str) -> str:
        """A name from the resource's own and the engine's random seed, the same at preview and update."""
        return f"{urn.rsplit('::', 1)[-1]}{seeded(urn).hex()[:8]}"

    async def default_location(self, inputs: Properties) -> Plain:
        """The provider's location, or else that of the resource group."""
        if self.context.location or self.name_input == "resourceGroupName":
            return self.context.location or None
        group = inputs.get("resourceGroupName")
        if not isinstance(group, str):
            return group
        path = f"/subscriptions/{self.context.subscription_id}/resourceGroups/{group}"
        try:
            return (await self.context.get(path, "2020-10-01"))["location"]
        except ArmError:
            return None

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """Compares the inputs; a replaced resource is deleted first, unless the provider made up its name."""
        found: dict[str, Difference] = {}
        for name, declared in self.inputs.items():
            old, new = old_inputs.get(name), news.get(name)
            for path in changed_paths(name, old, new):
                replaces = declared.replaces or leads_to(declared.replacing, path)
                before, after = value_at(path, old_inputs), value_at(path, news)
                if before is None and after == value_at(path, olds) is not None:
                    replaces = False
                # What a program no longer gives is left as it is: https://github.com/pulumi/pulumi-azure-native/pull/4785.
                if after is None and (path == name or is_one_of(declared.replacing, path)):
                    replaces = False
                found[path] = Difference(
                    Change.REPLACE if replaces else Change.UPDATE,
                    added=path == name and old is None,
                    removed=path == name and new is None,
                )
        before = old_inputs.get(API_VERSION) or olds.get(API_VERSION)
        if before not in (None, self.api_version):
            found[API_VERSION] = Difference(Change.UPDATE)
        replaces = any(item.change is Change.REPLACE for item in found.values())
        return Diff(found, delete_before_replace=replaces and urn not in self._named_by_provider)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """The inputs, and unknown the rest."""
        known = {name: it for name, it in self.inputs.items() if it.place != "path" or name == "scope"}
        shown = {name: inputs[name] for name in known if name in inputs}
        return {**dict.fromkeys(self.outputs, UNKNOWN), **shown, API_VERSION: self.api_version}

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Creates it; one that exists already is an error."""
        resource_id = self.id_of(inputs)
        answer = await self.context.send("GET", resource_id, self.api_version)
        if answer.status == 200 and answer.json:
            raise OperatorError(f"cannot create already existing resource '{resource_id}'")
        if answer.status not in (200, 204, 404):
            raise OperatorError(
                f"cannot check existence of resource '{resource_id}': status code {answer.status}, {answer.text}"
            )
        return await self._put(urn, resource_id, inputs, "Create")

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Observes it; changes since the last state become changes of the inputs."""
        try:
            document = await self.context.get(resource_id, self.api_version)
        except ArmError as error:
            if error.means_gone:
                return None
            raise
        outputs = self.outputs_of(document)
        if inputs:
            carried = carry(inputs, self._as_inputs(olds), self._as_inputs(outputs))
        else:
            carried = {**self.parts_of(resource_id), **self._as_inputs(outputs)}
        return Observed(resource_id, carried, outputs)

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """The inputs, what never changes, and unknown the rest."""
        stable = {name: olds[name] for name in ("name", "location") if name in olds}
        return {**await self.preview_create(urn, news), **stable}

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Puts the whole resource again."""
        _, outputs = await self._put(urn, resource_id, news, "Update")
        return outputs

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Deletes it; a missing object is not an error."""
        await self.context.delete(resource_id, self.api_version)

    async def _put(self, urn: str, resource_id: str, inputs: Properties, doing: str) -> tuple[str, Properties]:
        try:
            document = await self.context.put(resource_id, self.api_version, self.body_of(inputs))
        except StartedError as error:
            raise await self._started(resource_id, inputs, error) from None
        own_id = str(document.get("id") or resource_id)
        try:
            # The answer of a PUT may differ from that of a GET, and a refresh compares with the latter.
            return own_id, self.outputs_of(await self.context.get(own_id, self.api_version))
        except ArmError as error:
            await self.context.warn(urn, f"Failed to read resource after {doing}. Please report this issue. {error}")
            # The answer as it is: what stands under its `properties` becomes an output at the next refresh.
            return own_id, self.outputs_of(document, flat=False)

    async def _started(self, resource_id: str, inputs: Properties, error: StartedError) -> OperatorError | PartialError:
        """The failure of an operation that Azure had accepted, with what it left behind."""
        reasons, outputs = [str(error)], inputs
        try:
            outputs = self.outputs_of(await self.context.get(resource_id, self.api_version))
        except ArmError as unread:
            if unread.means_gone:
                return OperatorError(str(error))
            reasons.append(f"resource created but read failed: {unread}")
        return PartialError(resource_id, to_properties(outputs), reasons, to_properties(inputs))

    def id_of(self, inputs: Properties) -> str:
        """The ARM ID."""
        parts = {"subscriptionId": self.context.subscription_id, **inputs}
        return re.sub(r"\{(\w+)\}", lambda part: str(parts[part[1]]).strip("/"), self.path)

    def parts_of(self, resource_id: str) -> Properties:
        """The inputs that an ARM ID holds, for an import."""
        pattern = re.sub(r"\{(\w+)\}", lambda part: _part_pattern(part[1]), self.path)
        match = re.fullmatch(pattern, resource_id, re.IGNORECASE)
        if match is None:
            raise OperatorError(f"failed to parse '{resource_id}' against the path '{self.path}'")
        parts = {name: value for name, value in match.groupdict().items() if name in self.inputs}
        return {**parts, **({"scope": f"/{parts['scope']}"} if "scope" in parts else {})}

    def body_of(self, inputs: Properties) -> Json:
        """The body of a PUT."""
        body: Json = {"properties": {}}
        for name, declared in self.inputs.items():
            if name not in inputs:
                continue
            if declared.place == "top":
                body[name] = inputs[name]
            elif declared.place == "properties":
                body["properties"][name] = inputs[name]
        return body if body["properties"] else {name: value for name, value in body.items() if name != "properties"}

    def outputs_of(self, document: Json, *, flat: bool = True) -> Properties:
        """The outputs that ARM's document tells.

        :param flat: Whether to look under its ``properties`` too, if the type has them flat.
        """
        members = flattened(document) if flat and self.flat else document
        known = {*self.outputs, *self.inputs}
        return {
            **{name: value for name, value in members.items() if name in known},
            API_VERSION: self.api_version,
        }

    def _as_inputs(self, outputs: Properties) -> Properties:
        names = (name for name, declared in self.inputs.items() if declared.place != "path")
        return {name: outputs[name] for name in names if outputs.get(name) is not None}


def flattened(document: Json) -> Json:
    """An ARM document with the members of its ``properties`` beside the others."""
    properties: Json = document.get("properties") or {}
    return {**{name: value for name, value in document.items() if name != "properties"}, **properties}


def seeded(urn: str) -> bytes:
    """Bytes that depend on the engine's seed for the resource at hand."""
    seed: bytes = getattr(current_request.get(None), "randomSeed", b"") or uuid.uuid4().bytes
    return hashlib.sha256(seed + urn.encode()).digest()


def _part_pattern(name: str) -> str:
    return f"(?P<{name}>.+)" if name == "scope" else f"(?P<{name}>[^/]+)"
