"""``azuread.ApplicationPassword``: nothing of it can change, and only its creation ever shows its value."""

from __future__ import annotations

import re
from datetime import datetime
from typing import ClassVar

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.provider_kit.values import UNKNOWN, Plain
from crosstenant.sandbox.standins.azuread.application import described, object_path
from crosstenant.sandbox.standins.azuread.arguments import Argument, Arguments, not_empty, uuid_text
from crosstenant.sandbox.standins.azuread.bridged import BridgedResource
from crosstenant.sandbox.standins.azuread.graph import GraphError, Summarised
from crosstenant.sandbox.standins.http import Json


def application_id(name: str, value: Plain) -> str | None:
    """An application's resource ID, ``/applications/<object ID>``."""
    try:
        object_path(str(value), "applications")
    except OperatorError:
        return f'parsing "{value}": {name} must have the form /applications/<object ID>'
    return None


def rfc3339(name: str, value: Plain) -> str | None:
    """A time as RFC 3339 writes it, with seconds and a time zone."""
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    refused = f'expected "{name}" to be a valid RFC3339 date, got "{value}"'
    if not re.fullmatch(form, str(value)):
        return refused
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", str(value)).replace("Z", "+00:00"))
    except ValueError as error:
        return f"{refused}: {error}"
    return None


class ApplicationPassword(BridgedResource):
    """A password credential of an application. Its ID is ``<application's object ID>/password/<key ID>``."""

    token = "azuread:index/applicationPassword:ApplicationPassword"
    inputs: ClassVar[Arguments] = {
        "applicationId": Argument("string", required=True, replaces=True, refusal=application_id),
        "displayName": Argument("string", computed=True, replaces=True),
        "endDate": Argument("string", computed=True, replaces=True, refusal=rfc3339),
        "endDateRelative": Argument("string", replaces=True, refusal=not_empty),
        "rotateWhenChanged": Argument("object", replaces=True),
        "startDate": Argument("string", computed=True, replaces=True, refusal=rfc3339),
    }
    outputs: ClassVar[Fields] = {
        "keyId": Field("string", required=True),
        "value": Field("string", required=True, secret=True),
    }
    write_only: ClassVar[frozenset[str]] = frozenset({"endDateRelative", "rotateWhenChanged", "value"})

    def check_together(self, inputs: Properties) -> list[Failure]:
        """Refuses two end dates; the relative one alone is taken, and then ignored by the provider."""
        if inputs.get("endDate") is None or inputs.get("endDateRelative") is None:
            return []
        return [Failure("endDate", 'Conflicting configuration arguments. "end_date": conflicts with end_date_relative')]

    async def create(self, urn: str, inputs: Properties, timeout: float) -> tuple[str, Properties]:
        """Adds the password and waits until the application shows it."""
        graph, path = self.context, str(inputs["applicationId"])
        wanted = {"displayName": "displayName", "startDate": "startDateTime", "endDate": "endDateTime"}
        credential = {theirs: inputs[ours] for ours, theirs in wanted.items() if inputs.get(ours)}
        async with graph.lock(path):
            if await graph.find(path) is None:
                raise OperatorError(f"{described(path)} was not found")
            try:
                added = await graph.call("POST", f"{path}/addPassword", {"passwordCredential": credential})
            except GraphError as error:
                raise Summarised(f"Adding password for {described(path)}", error) from None
            key = str(added["keyId"])
            seen: list[Json] = []

            async def shows() -> bool:
                found = _credential(await graph.find(path), key)
                seen.extend([found] if found else [])
                return found is not None

            await graph.until(shows, f"password credential for {described(path)}")
        outputs = {**_outputs(path, key, seen[-1]), **self.remembered(inputs), "value": added["secretText"]}
        return f"{path.rsplit('/', 1)[-1]}/password/{key}", outputs

    async def observe(self, resource_id: str, olds: Properties) -> Properties | None:
        """Looks the key up in its application; there is no import, because the value cannot be read again."""
        path, key = _parse(resource_id)
        if not olds:
            raise OperatorError(f"resource {self.token} does not support import")
        found = _credential(await self.context.find(path), key)
        return None if found is None else _outputs(path, key, found)

    async def preview_create(self, urn: str, inputs: Properties) -> Properties:
        """Nothing of the credential is known before it is made, but what the program says."""
        return {"value": UNKNOWN, **await super().preview_create(urn, inputs)}

    async def update(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, timeout: float
    ) -> Properties:
        """Never called: each input forces replacement."""
        raise OperatorError("an application password cannot be updated")

    async def delete(self, urn: str, resource_id: str, olds: Properties, timeout: float) -> None:
        """Removes the password; one that is gone already is an error, as with the real provider."""
        graph = self.context
        path, key = _parse(resource_id)
        async with graph.lock(path):
            try:
                await graph.call("POST", f"{path}/removePassword", {"keyId": key})
            except GraphError as error:
                summary = f'Removing password credential "{key}" from {described(path)}'
                raise Summarised(summary, error) from None

            async def absent() -> bool:
                return _credential(await graph.find(path), key) is None

            await graph.until(absent, f'deletion of password credential "{key}"')


def _parse(resource_id: str) -> tuple[str, str]:
    parts = resource_id.split("/")
    if len(parts) != 3 or parts[1] != "password" or any(uuid_text("id", part) for part in (parts[0], parts[2])):
        raise OperatorError(
            f'Parsing password credential with ID "{resource_id}": expected the form <object ID>/password/<key ID>'
        )
    return f"/applications/{parts[0]}", parts[2]


def _credential(application: Json | None, key: str) -> Json | None:
    credentials: list[Json] = (application or {}).get("passwordCredentials") or []
    return next((one for one in credentials if str(one["keyId"]).lower() == key.lower()), None)


def _outputs(path: str, key: str, credential: Json) -> Properties:
    return {
        "applicationId": path,
        "keyId": key,
        "displayName": credential.get("displayName") or "",
        "startDate": credential.get("startDateTime") or "",
        "endDate": credential.get("endDateTime") or "",
    }
