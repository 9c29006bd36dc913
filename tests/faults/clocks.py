"""A machine whose clock is off: every operation of the matrix, and those that go by the time of day.

What is off is the time that the plugin and the Azure SDKs read. The sandbox keeps the right one, and so has each answer
of Azure: its ``Date``, the times of its tokens.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from unittest import mock

import azure.identity._internal.aad_client_base as assertions
import azure.identity._internal.get_token_mixin as cached_tokens
import azure.identity.aio._internal.aad_client as tokens
import azure.identity.aio._internal.get_token_mixin as cached_tokens_aio
from azure.core.pipeline.policies import _authentication as bearer

from crosstenant.azure.sign_in import token_sharing
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import ClientCertificate, OidcToken
from crosstenant.plugin.context import Context
from crosstenant.plugin.functions.get_cluster import GetCluster
from crosstenant.plugin.service_principal_profile.resource import ServicePrincipalProfile
from crosstenant.provider_kit.resource import Properties
from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.state import State, Store
from tests.certificate_files import key_credential, pem_file
from tests.fakes import as_log
from tests.faults.cells import Result, again, attempt, count_objects, differences, prepared, quick
from tests.faults.fast_clock import FastClock
from tests.faults.operation import Operation, Plugin, Run
from tests.faults.operations import OPERATIONS, apply, profile_inputs
from tests.faults.planted import SECRET

OFF: Final = {"10 min behind": -600.0, "10 min ahead": 600.0}


class _Time:
    """The module ``time`` as the SDKs read it."""

    def __init__(self, off: float) -> None:
        self._off = off

    def time(self) -> float:
        return time.time() + self._off

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@contextmanager
def clock_off(seconds: float) -> Iterator[None]:
    """The plugin's time of day is ahead of Azure's by so many seconds."""
    with ExitStack() as patches:
        for module in (assertions, tokens, cached_tokens, cached_tokens_aio, bearer, token_sharing):
            patches.enter_context(mock.patch.object(module, "time", _Time(seconds)))
        patches.enter_context(mock.patch.object(FastClock, "off", seconds))
        yield


def _accept_certificate(state: State) -> None:
    for application in state["applications"].values():
        if application["appId"] == seed.CLUSTER_CALLER_ID:
            application["keyCredentials"] = [key_credential()]


async def _with_certificate(plugin: Plugin, run: Run) -> None:
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem_file())
        file.flush()
        await _ask(plugin, ClientCertificate(seed.CLUSTER_CALLER_ID, file.name))


async def _with_oidc_token(plugin: Plugin, run: Run) -> None:
    with plugin.store.read() as state:
        token = federated_token(state, seed.GITHUB_ISSUER, seed.GITHUB_SUBJECT, seed.FEDERATION_AUDIENCE)
    await _ask(plugin, OidcToken(seed.CLUSTER_CALLER_ID, token))


async def _ask(plugin: Plugin, credential: ClientCertificate | OidcToken) -> None:
    tenant = Tenant(seed.CLUSTER_TENANT, PUBLIC, credential)
    try:
        await GetCluster(Context(tenant, as_log(plugin.terminal))).answer({"clusterId": seed.CLUSTER})
    finally:
        await tenant.aclose()


def _window(opens_in: int) -> Properties:
    """A window of ten minutes, by the right time."""
    opens_at = datetime.now(timezone.utc) + timedelta(minutes=opens_in)
    return {**profile_inputs(), "resetStart": f"{opens_at:%H:%M}", "resetDurationMinutes": 10}


async def _in_its_window(plugin: Plugin, run: Run) -> None:
    await apply(plugin, run, SECRET, _window(-4))
    assert run.olds is not None
    assert run.olds["credentialState"] == "applied", "the window is open, and the cluster waits"


async def _before_its_window(plugin: Plugin, run: Run) -> None:
    await apply(plugin, run, SECRET, _window(5))
    assert run.olds is not None
    assert run.olds["waitsFor"], "the window is closed, and nothing waits"


async def run_clock(store: Store, operation: Operation, off: str) -> Result:
    """Runs an operation by a wrong clock, and after an error again by the right one."""
    with quick():
        plugin, run = await prepared(store, operation)
        objects = count_objects(store)
        with clock_off(OFF[off]):
            outcome, sentence, wrong = await attempt(plugin, run, operation)
        await plugin.end()
        if outcome == "error" and "check the machine's clock" not in sentence:
            wrong.append("the error does not name the clock")
        if outcome != "success":
            wrong += await again(store, run, operation)
        return Result(outcome, sentence, tuple(wrong + differences(store, operation, objects)))


_PROFILE: Final = ServicePrincipalProfile.token
BY_THE_CLOCK: Final = (
    Operation("sign-in with a certificate", _with_certificate, of=GetCluster.token, prepare=_accept_certificate),
    Operation("sign-in with an OIDC token", _with_oidc_token, of=GetCluster.token),
    Operation("reset in its window", _in_its_window, None, SECRET, 1, _PROFILE),
    Operation("reset before its window", _before_its_window, None, seed.OLD_CLUSTER_SECRET, 0, _PROFILE),
)
CLOCK_OPERATIONS: Final = (*OPERATIONS, *BY_THE_CLOCK)
