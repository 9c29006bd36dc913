"""An object of any kind: applied by the server, read back, compared, waited for."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, ClassVar

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.interception import current_request
from crosstenant.provider_kit.resource import Change, CustomResource, Diff, Difference, Failure, Observed, Properties
from crosstenant.provider_kit.values import to_properties
from crosstenant.sandbox.standins.ignored_changes import ignored_paths, is_below
from crosstenant.sandbox.standins.kubernetes.api import ApiError, Json, Place, Unreachable
from crosstenant.sandbox.standins.kubernetes.awaiting import (
    NotReady,
    annotation,
    is_complete,
    wait_until_gone,
    wait_until_ready,
)
from crosstenant.sandbox.standins.kubernetes.cluster import Cluster
from crosstenant.sandbox.standins.kubernetes.documents import (
    below,
    changed_paths,
    has_unknown,
    keys_of,
    manages,
    normalized,
    pruned,
    replacing_paths,
    value_at,
    with_value,
    without_server_fields,
)


class KubernetesObject(CustomResource[Cluster]):
    """A resource type of the plugin; ``of_token`` makes one of any kind."""

    api_version: ClassVar[str]
    kind: ClassVar[str]
    is_patch: ClassVar[bool]
    """Whether it changes a part of an object that exists."""

    async def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[Failure]]:
        """Completes what identifies the object."""
        inputs: Json = {**news, "apiVersion": self.api_version, "kind": self.kind}
        wrong = [
            Failure(name, f"must be '{expected}', as the resource's type says, or omitted")
            for name, expected in (("apiVersion", self.api_version), ("kind", self.kind))
            if news.get(name) not in (None, expected)
        ]
        metadata: Json = dict(inputs.get("metadata") or {})
        inputs["metadata"] = metadata
        if not metadata.get("name"):
            if self.is_patch:
                return inputs, [*wrong, Failure("metadata", "must have a name: a patch changes an object that exists")]
            old: Json = olds.get("metadata") or {}
            metadata["name"] = old.get("name") or f"{urn.rsplit('::', 1)[-1]}-{_seeded(urn)}"
            metadata["annotations"] = {**(metadata.get("annotations") or {}), "pulumi.com/autonamed": "true"}
        if (
            self.context.namespace
            and not metadata.get("namespace")
            and not self.kind.startswith(("Namespace", "Cluster"))
        ):
            metadata["namespace"] = self.context.namespace
        return inputs, wrong

    async def diff(
        self, urn: str, resource_id: str, old_inputs: Properties, olds: Properties, news: Properties
    ) -> Diff:
        """Compares the live object as last seen with the program; ``replaceUnready`` asks for the present one."""
        before = _located(pruned(normalized(olds), normalized(old_inputs)))
        after = _located(normalized(news))
        ignored = ignored_paths()
        replacing = ("metadata.name", "metadata.namespace") if self.is_patch else self._replacing
        found: dict[str, Difference] = {}
        for path, added, removed in changed_paths(before, after):
            if not any(is_below(path, it) for it in ignored):
                change = Change.REPLACE if any(is_below(path, it) for it in replacing) else Change.UPDATE
                found[path] = Difference(change, added=added, removed=removed)
        if annotation(news, "replaceUnready") == "true" and await self._is_unready(resource_id):
            found['metadata.annotations["pulumi.com/replaceUnready"]'] = Difference(Change.REPLACE)
        replaced = any(it.change is Change.REPLACE for it in found.values())
        same = all(before["metadata"].get(it) == after["metadata"].get(it) for it in ("name", "namespace"))
        return Diff(found, delete_before_replace=replaced and same and annotation(news, "autonamed") != "true")

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """The inputs, after the API server has accepted them in a dry run, where it can be asked."""
        if not self.is_patch:
            await self.context.dry_run(self._place(inputs), inputs, _manager(urn))
        return inputs

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Applies the object and waits for it; one that exists already is an error, unless it is to be patched."""
        place = self._place(inputs)
        if not self.is_patch and not self.context.upserts and await self.context.exists(place):
            raise OperatorError(
                f"resource {_id_of(place, inputs)} was not successfully created by the Kubernetes API server: "
                f'{self.kind.lower()}s "{place.name}" already exists; import it, or set upsertExistingObjects'
            )
        live = await self.context.apply(place, inputs, _manager(urn))
        return _id_of(place, live), await self._ready(place, inputs, live, timeout)

    async def read(self, urn: str, resource_id: str, inputs: Properties, olds: Properties) -> Observed | None:
        """Observes the object; what differs from the inputs becomes part of them."""
        place = self._place(inputs) if inputs else self._place_of(resource_id)
        try:
            live = await self.context.reached.get(place)
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        except Unreachable:
            if self.context.lets_go:
                return None
            raise OperatorError(
                "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove "
                "this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE "
                'environment variable set to "true"'
            ) from None
        given = pruned(live, normalized(inputs)) if inputs else without_server_fields(live)
        return Observed(resource_id, given, _outputs(live))

    async def preview_update(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> Properties:
        """The inputs over what is known, after a dry run."""
        cluster, place = self.context, self._place(news)
        if cluster.api is not None and not has_unknown(news):
            try:
                live = await cluster.api.get(place)
            except (ApiError, Unreachable):
                return _over(olds, news)
            await cluster.dry_run(place, self._given(urn, news, live), _manager(urn))
        return _over(olds, news)

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Applies the object again, and waits for it again."""
        place = self._place(news)
        live = await self.context.reached.get(place)
        applied = await self.context.apply(place, self._given(urn, news, live), _manager(urn))
        return await self._ready(place, news, applied, timeout)

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Deletes the object and waits until it is gone; a patch only gives up what it owns.

        :raises OperatorError: The cluster cannot be reached, and nothing lets go of its objects.
        """
        place, api = self._place(olds), self.context.reached
        try:
            if self.is_patch:
                await api.apply(place, self._identity(place, olds), _manager(urn), force=False)
                return
            await api.delete(place)
        except ApiError as error:
            if error.status == 404:
                return
            raise
        except Unreachable:
            if self.context.lets_go:
                return
            raise OperatorError(
                "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this "
                "resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE "
                'environment variable set to "true"'
            ) from None
        await wait_until_gone(api, place, timeout, self.context.sleep)

    @property
    def _replacing(self) -> tuple[str, ...]:
        return replacing_paths(
            self.api_version,
            self.kind,
            config_maps_change=self.context.config_maps_change,
            secrets_change=self.context.secrets_change,
        )

    def _place(self, inputs: Properties) -> Place:
        metadata: Json = inputs["metadata"]
        return Place(self.api_version, self.kind, str(metadata["name"]), str(metadata.get("namespace") or "default"))

    def _place_of(self, resource_id: str) -> Place:
        namespace, _, name = resource_id.rpartition("/")
        return Place(self.api_version, self.kind, name, namespace or "default")

    def _identity(self, place: Place, document: Json) -> Json:
        metadata = {"name": place.name}
        if document["metadata"].get("namespace"):
            metadata["namespace"] = place.namespace
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata}

    def _given(self, urn: str, news: Json, live: Json) -> Json:
        """The inputs without what is ignored and another manager owns; with the live value of what is ignored else."""
        for path in ignored_paths():
            keys = keys_of(path)
            ours, theirs = manages(live, keys, _manager(urn))
            if theirs and not ours:
                news = with_value(news, keys, None)
            elif (present := value_at(live, keys)) is not None:
                news = with_value(news, keys, present)
        return news

    async def _is_unready(self, resource_id: str) -> bool:
        try:
            return self.kind == "Job" and not is_complete(await self.context.reached.get(self._place_of(resource_id)))
        except OperatorError:
            return False

    async def _ready(self, place: Place, inputs: Json, live: Json, timeout: float) -> Properties:
        if self.context.renders:
            return _outputs(live)
        try:
            return _outputs(
                await wait_until_ready(self.context.reached, place, inputs, live, timeout, self.context.sleep)
            )
        except NotReady as failure:
            outputs = to_properties(_outputs(failure.live), self.secret_properties)
            given = to_properties(inputs, self.secret_properties)
            reason = (
                f"resource {_id_of(place, live)} was successfully created, but the Kubernetes API server reported that "
                f"it failed to fully initialize or become live: {failure}"
            )
            raise PartialError(_id_of(place, live), outputs, [reason], given) from None


def of_token(token: str) -> type[KubernetesObject] | None:
    """The resource type of a token, ``kubernetes:batch/v1:CronJob``; ``None`` for one that is not an object's.

    A custom resource has its own group in the token, and a kind that ends in ``Patch`` changes a part of an object.
    """
    package, _, rest = token.partition(":")
    api_version, _, kind = rest.rpartition(":")
    if package != "kubernetes" or "/" not in api_version or not kind:
        return None
    is_patch = kind.endswith("Patch") and kind != "Patch"
    kind = kind.removesuffix("Patch") if is_patch else kind
    members: dict[str, Any] = {
        "token": token,
        "schema": {"properties": {}, "inputProperties": {}},
        "secret_properties": frozenset({"data", "stringData"}) if kind == "Secret" else frozenset(),
        "api_version": api_version.removeprefix("core/"),
        "kind": kind,
        "is_patch": is_patch,
    }
    return type(kind, (KubernetesObject,), members)


def _located(document: Json) -> Json:
    """A document with the namespace that it has if it names none. Kinds of the whole cluster are compared alike."""
    metadata: Json = document.get("metadata") or {}
    return {**document, "metadata": {**metadata, "namespace": metadata.get("namespace") or "default"}}


def _outputs(live: Json) -> Properties:
    metadata = {name: it for name, it in live["metadata"].items() if name != "managedFields"}
    return {**live, "metadata": metadata}


def _over(olds: Properties, news: Properties) -> Properties:
    """The inputs over what is known; what the server wrote into the metadata stays."""
    return {**olds, **news, "metadata": {**below(olds, "metadata"), **below(news, "metadata")}}


def _id_of(place: Place, document: Json) -> str:
    return f"{place.namespace}/{place.name}" if document["metadata"].get("namespace") else place.name


def _manager(urn: str) -> str:
    # The real provider takes a random name for each resource and keeps it in the state.
    return f"pulumi-kubernetes-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"


def _seeded(urn: str) -> str:
    seed: bytes = getattr(current_request.get(None), "randomSeed", b"") or uuid.uuid4().bytes
    return hashlib.sha256(seed + urn.encode()).hexdigest()[:8]
