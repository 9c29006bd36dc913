"""The check that an application still has the secrets that clusters were given: a warning, by their key IDs.

A cluster keeps a secret that its application has lost, and fails at its next sign-in: after ``--target-replace`` on the
password, with ``ignore_changes`` on this resource's secret, after a change of the state or of the application by hand.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from crosstenant.azure.directory.graph import Application, Graph
from crosstenant.azure.refusals.refusals import take_apart
from crosstenant.azure.waiting import Clock
from crosstenant.model.outside_text import in_one_line
from crosstenant.model.secret_dates import utc_text
from crosstenant.plugin.context import Context
from crosstenant.plugin.service_principal_profile.record import Record
from crosstenant.provider_kit.values import UNKNOWN, Plain


@dataclass(frozen=True)
class _Unread:
    """An application that the caller may not read."""

    why: str
    told: list[str]
    """The first record for which this was said: once is enough."""


class PresentSecrets:
    """The secrets of a tenant's applications, each application read once in a run."""

    def __init__(self, context: Context, directory: Graph, clock: Clock) -> None:
        """
        :param context: The tenant and the line to the terminal.
        :param directory: The tenant's directory.
        :param clock: The clock.
        """
        self._log = context.log
        self._directory = directory
        self._clock = clock
        self._read: dict[str, asyncio.Task[Application | _Unread | None]] = {}

    async def compare(self, urn: str, record: Record, program_key_id: Plain) -> None:
        """Warns if the application has a cluster's secret no longer; says so where that cannot be known.

        :param urn: The record.
        :param record: The record, whose secret the program does not change.
        :param program_key_id: Key ID of the secret that the program has now.
        """
        key_id = record.secret_key_id
        if not key_id:
            return
        found = await self._application(record.client_id)
        if isinstance(found, _Unread):
            if not found.told:
                found.told.append(urn)
                await self._log.info(
                    urn,
                    f"whether application {record.client_id} still has the secret of its clusters was not compared:"
                    f" {found.why} (Microsoft Graph permission Application.Read.All)",
                )
            return
        wrong = self._wrong(record.client_id, key_id, found, self._clock.utc())
        if (
            not wrong
            and record.waits_for is None
            and program_key_id is not None
            and str(program_key_id).lower() != key_id.lower()
        ):
            other = "that the update is to make" if program_key_id is UNKNOWN else f"{program_key_id} of the program"
            wrong = f"it is not the secret {other}, and its removal from the application is near"
        if wrong:
            await self._log.warning(
                urn,
                f"cluster {record.cluster_id} was given secret {key_id}: {wrong}. A new secret and a reset repair that:"
                " remove what keeps the old one (ignore_changes, for example), change rotation_trigger, and run 'pulumi"
                " up'",
            )

    async def lost(self, record: Record, now: datetime) -> str:
        """Why a cluster cannot sign in with the secret that it was given; empty where that cannot be known.

        :param record: Its record.
        :param now: The present time.
        """
        found = await self._application(record.client_id)
        if isinstance(found, _Unread) or not record.secret_key_id:
            return ""
        return self._wrong(record.client_id, record.secret_key_id, found, now)

    def _wrong(self, client_id: str, key_id: str, application: Application | None, now: datetime) -> str:
        if application is None:
            return f"application {client_id} is not in the tenant any longer ('pulumi up --refresh' makes another)"
        ends = {it.key_id.lower(): it.ends_at for it in application.secrets}
        if key_id.lower() not in ends:
            return f"application {client_id} has no such secret any longer, so the cluster cannot sign in, nor pull"
        if ends[key_id.lower()] <= now:
            return f"it ended at {utc_text(ends[key_id.lower()])}, so the cluster cannot sign in, nor pull"
        return ""

    async def _application(self, client_id: str) -> Application | _Unread | None:
        reading = self._read.get(client_id)
        if reading is None:
            reading = self._read[client_id] = asyncio.ensure_future(self._of_graph(client_id))
        return await asyncio.shield(reading)

    async def _of_graph(self, client_id: str) -> Application | _Unread | None:
        from azure.core.exceptions import AzureError

        try:
            return await self._directory.application(client_id)
        except AzureError as error:
            said = take_apart(error)
            return _Unread(in_one_line(f"{said.status} {said.code}" if said.status else said.code), [])
