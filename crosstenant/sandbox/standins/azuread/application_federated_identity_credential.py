"""``azuread.ApplicationFederatedIdentityCredential``: an issuer and a subject that an application trusts."""

from __future__ import annotations

from typing import ClassVar

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Properties
from crosstenant.provider_kit.values import UNKNOWN
from crosstenant.sandbox.standins.azuread.application import described
from crosstenant.sandbox.standins.azuread.application_password import application_id
from crosstenant.sandbox.standins.azuread.arguments import Argument, Arguments, not_empty, uuid_text
from crosstenant.sandbox.standins.azuread.bridged import BridgedResource
from crosstenant.sandbox.standins.azuread.graph import GraphError, Summarised
from crosstenant.sandbox.standins.http import Answer, Json

_KIND = "federatedIdentityCredential"
_NAMES = {
    "displayName": "name",
    "issuer": "issuer",
    "subject": "subject",
    "audiences": "audiences",
    "description": "description",
}


class ApplicationFederatedIdentityCredential(BridgedResource):
    """A federated credential. Its ID is ``<application's object ID>/federatedIdentityCredential/<credential ID>``."""

    token = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
    inputs: ClassVar[Arguments] = {
        "applicationId": Argument("string", required=True, replaces=True, refusal=application_id),
        "audiences": Argument("array", required=True, items="string"),
        "description": Argument("string"),
        "displayName": Argument("string", required=True, replaces=True, refusal=not_empty),
        "issuer": Argument("string", required=True, refusal=not_empty),
        "subject": Argument("string", required=True, refusal=not_empty),
    }
    outputs: ClassVar[Fields] = {"credentialId": Field("string", required=True)}

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Adds the credential and waits until Graph shows it."""
        graph, path = self.context, str(inputs["applicationId"])
        async with graph.lock(path):
            if await graph.find(path) is None:
                raise OperatorError(f"{described(path)} was not found")
            try:
                added = await graph.call("POST", f"{path}/{_KIND}s", _body(inputs), also_retry=_not_seen)
            except GraphError as error:
                summary = f"Adding federated identity credential for {described(path)}"
                raise Summarised(summary, error) from None
            resource_id = f"{path.rsplit('/', 1)[-1]}/{_KIND}/{added['id']}"
            seen: list[Json] = []

            async def shows() -> bool:
                found = await graph.find(f"{path}/{_KIND}s/{added['id']}")
                seen.extend([found] if found else [])
                return found is not None

            await graph.until(shows, f"federated identity credential for {described(path)}")
        return resource_id, _outputs(path, seen[-1])

    async def observe(self, resource_id: str, olds: Properties) -> Properties | None:
        """Looks the credential up at its application."""
        path, credential = _parse(resource_id)
        found = await self.context.find(f"{path}/{_KIND}s/{credential}")
        return None if found is None else _outputs(path, found)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """The inputs; the credential's ID is not known before it is made."""
        return {"credentialId": UNKNOWN, **await super().preview_create(urn, inputs)}

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Changes everything but application and name."""
        graph, (path, credential) = self.context, _parse(resource_id)
        changes = {name: value for name, value in _body(news).items() if name != "name"}
        async with graph.lock(path):
            try:
                await graph.call("PATCH", f"{path}/{_KIND}s/{credential}", changes)
            except GraphError as error:
                summary = f'Updating federated identity credential with ID "{credential}" for {described(path)}'
                raise Summarised(summary, error) from None
        return _outputs(path, {**_body(news), "id": credential})

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Removes the credential; one that is gone already is an error, as with the real provider."""
        graph, (path, credential) = self.context, _parse(resource_id)
        async with graph.lock(path):
            try:
                await graph.call("DELETE", f"{path}/{_KIND}s/{credential}")
            except GraphError as error:
                summary = f'Removing federated identity credential "{credential}" from {described(path)}'
                raise Summarised(summary, error) from None
            await graph.until_gone(f"{path}/{_KIND}s/{credential}", f"federated identity credential {credential!r}")


def _not_seen(answer: Answer) -> bool:
    # A replica that has not heard of the application; a 409 is a credential that is there.
    return answer.status == 404


def _parse(resource_id: str) -> tuple[str, str]:
    parts = resource_id.split("/")
    if len(parts) != 3 or parts[1] != _KIND or any(uuid_text("id", part) for part in (parts[0], parts[2])):
        raise OperatorError(
            f'Parsing federated identity credential with ID "{resource_id}": expected the form'
            " <object ID>/federatedIdentityCredential/<credential ID>"
        )
    return f"/applications/{parts[0]}", parts[2]


def _body(inputs: Properties) -> Json:
    body: Json = {theirs: inputs[ours] for ours, theirs in _NAMES.items() if inputs.get(ours) is not None}
    return {**body, "description": inputs.get("description") or ""}


def _outputs(path: str, credential: Json) -> Properties:
    shown = {ours: credential.get(theirs) for ours, theirs in _NAMES.items()}
    return {
        **shown,
        "applicationId": path,
        "credentialId": credential["id"],
        "description": credential.get("description") or "",
    }
