"""What only the cluster knows: whether its refresher runs, and until when its pull secrets are valid.

The federated credential's subject names the namespace, and the refresher's configuration there the pull secrets. Names
from Azure and the cluster are read as Kubernetes' own before they become a part of an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final, cast

from crosstenant.azure.connections.documents import read_json
from crosstenant.azure.kubernetes.api_server import ApiServer
from crosstenant.cli.check.chain import Link, LinkState, Tenancy
from crosstenant.cli.check.federated.chain import PULL_SECRET, REFRESHER, REPAIR
from crosstenant.errors import OperatorError
from crosstenant.model.federation import is_namespace_name, is_object_name
from crosstenant.model.kubernetes.plan import CONFIG_KEY
from crosstenant.model.kubernetes.plan import REFRESHER as REFRESHER_NAME
from crosstenant.model.outside_text import in_one_line
from crosstenant.model.secret_dates import utc_time

Json = dict[str, Any]

EXPIRES_AT: Final = "crosstenant.io/expires-at"
LAST_SUCCESS: Final = "crosstenant.io/last-success"
LAST_ERROR: Final = "crosstenant.io/last-error"

_A = Tenancy.CLUSTER
_LONGEST_PERIOD: Final = 366 * 86400
_SUBJECT_START: Final = "system:serviceaccount:"
_TO_READ: Final = (
    f"the kubeconfig's user needs get on configmaps and cronjobs named {REFRESHER_NAME} there, and on the pull secrets,"
    " of which only the metadata is asked for"
)


@dataclass(frozen=True)
class Expected:
    """What a refresher must be configured with."""

    cluster: str
    """The cluster's name, for the findings."""
    client_id: str
    """Client ID (UUID) of the identity; empty if it is not known."""
    tenant_id: str
    """UUID of the registry tenant."""


def service_account_of(subject: str) -> tuple[str, str] | None:
    """The namespace and name of a service account; nothing for the subject of something else.

    :param subject: The subject of a federated credential.
    """
    namespace, colon, name = subject.removeprefix(_SUBJECT_START).partition(":")
    is_account = subject.startswith(_SUBJECT_START) and colon and is_namespace_name(namespace) and is_object_name(name)
    return (namespace, name) if is_account else None


async def in_cluster(server: ApiServer, account: tuple[str, str], expected: Expected, now: datetime) -> list[Link]:
    """The links of one service account: its refresher and each of the pull secrets, or its ExternalSecret.

    :param server: The cluster's API server.
    :param account: The service account's namespace and name.
    :param expected: What a refresher must be configured with.
    :param now: The present time.
    """
    namespace, name = account
    try:
        job = await server.get(f"/apis/batch/v1/namespaces/{namespace}/cronjobs/{REFRESHER_NAME}")
        found = await server.get(f"/api/v1/namespaces/{namespace}/configmaps/{REFRESHER_NAME}")
        external = (
            await server.get(f"/apis/external-secrets.io/v1/namespaces/{namespace}/externalsecrets/{name}")
            if job is None and found is None and name != REFRESHER_NAME
            else None
        )
    except OperatorError as error:
        return [Link(_A, REFRESHER, expected.cluster, LinkState.UNSEEN, str(error), _TO_READ)]
    if external is not None:
        return [external_secret_link(f"{expected.cluster} {namespace}/{name}", external)]
    config = _config(found)
    return [
        refresher_link(job, config, namespace, expected),
        *[await _secret(server, config, entry, namespace, expected, now) for entry in _secrets(config)],
    ]


def refresher_link(job: Json | None, config: Json | None, namespace: str, expected: Expected) -> Link:
    """The CronJob, and whom it signs in as.

    :param job: The CronJob; none if it is not there.
    :param config: The refresher's configuration; none if it is not there or cannot be read.
    :param namespace: Its namespace.
    :param expected: What it must be configured with.
    """

    def link(state: LinkState, finding: str, remedy: str = "") -> Link:
        return Link(_A, REFRESHER, expected.cluster, state, finding, remedy)

    named = f"{namespace}/{REFRESHER_NAME}"
    if job is None:
        return link(LinkState.BROKEN, f"there is no CronJob {named}: pull secrets are not renewed", REPAIR)
    if config is None:
        return link(LinkState.BROKEN, f"there is no usable configuration in ConfigMap {named}", REPAIR)
    tenant_id, client_id = str(config.get("tenantId")).lower(), str(config.get("clientId")).lower()
    if expected.client_id and client_id != expected.client_id.lower():
        return link(LinkState.BROKEN, f"signs in as client ID {client_id}, which is not the identity's", REPAIR)
    if tenant_id != expected.tenant_id.lower():
        return link(LinkState.BROKEN, f"signs in to tenant {tenant_id}, not to the registry tenant", REPAIR)
    spec, status = _object(job, "spec"), _object(job, "status")
    last = utc_time(status.get("lastSuccessfulTime"))
    ended = f"its last good run ended at {_text(last)}" if last else "the CronJob has not had a good run yet"
    if spec.get("suspend"):
        resume = (
            f'kubectl --namespace {namespace} patch cronjob {REFRESHER_NAME} --patch \'{{"spec":{{"suspend":false}}}}\''
        )
        return link(LinkState.BROKEN, f"CronJob {named} is suspended; {ended}", f'{REPAIR}, or "{resume}"')
    return link(LinkState.OK, f"CronJob {named} runs at '{spec.get('schedule')}'; {ended}")


async def _secret(
    server: ApiServer, config: Json | None, entry: Json, namespace: str, expected: Expected, now: datetime
) -> Link:
    of, name = str(entry.get("namespace")), str(entry.get("name"))
    about = f"{expected.cluster} {of}/{name}"
    if not is_namespace_name(of) or not is_object_name(name):
        return Link(_A, PULL_SECRET, about, LinkState.BROKEN, "has a name that Kubernetes does not accept", REPAIR)
    try:
        found = await server.get(f"/api/v1/namespaces/{of}/secrets/{name}", metadata_only=True)
    except OperatorError as error:
        return Link(_A, PULL_SECRET, about, LinkState.UNSEEN, str(error), _TO_READ)
    return pull_secret_link(about, found, namespace, now, _period(config))


def pull_secret_link(about: str, found: Json | None, namespace: str, now: datetime, period: timedelta) -> Link:
    """Until when a pull secret is valid, and how its renewal goes, from its annotations.

    :param about: Cluster, namespace and name.
    :param found: The Secret's metadata; none if it is not there.
    :param namespace: The refresher's namespace.
    :param now: The present time.
    :param period: The longest time between two renewals.
    """

    def link(state: LinkState, finding: str, remedy: str = "") -> Link:
        return Link(_A, PULL_SECRET, about, state, finding, remedy)

    if found is None:
        return link(LinkState.BROKEN, "is not there", f"{REPAIR}, which makes and fills it")
    annotations = cast("Mapping[str, object]", _object(_object(found, "metadata"), "annotations"))
    expires, success = utc_time(annotations.get(EXPIRES_AT)), utc_time(annotations.get(LAST_SUCCESS))
    error = in_one_line(str(annotations.get(LAST_ERROR) or ""))
    failed = f"; the last renewal failed: {error}" if error else ""
    renew = (
        f"repair what is broken above; then 'kubectl --namespace {namespace} create job"
        f" --from=cronjob/{REFRESHER_NAME} {REFRESHER_NAME}-now', and read its log if it fails"
    )
    if expires is None:
        return link(LinkState.BROKEN, f"was never filled{failed}", renew)
    if expires <= now:
        return link(LinkState.BROKEN, f"expired at {_text(expires)}{failed}", renew)
    valid = f"is valid until {_text(expires)}"
    if error:
        return link(LinkState.NOTE, f"{valid}{failed}", renew)
    if success is not None and now - success > 2 * period:
        return link(LinkState.NOTE, f"{valid}, and was last renewed at {_text(success)}", renew)
    return link(LinkState.OK, valid)


def external_secret_link(about: str, found: Json) -> Link:
    """How the External Secrets Operator says that its renewal goes.

    :param about: Cluster, namespace and name.
    :param found: The ExternalSecret.
    """
    status = _object(found, "status")
    listed: object = status.get("conditions")
    conditions = _objects(listed)
    nothing: Json = {}
    ready = next((it for it in conditions if it.get("type") == "Ready"), nothing)
    words = in_one_line(str(ready.get("message") or ready.get("reason") or "the operator has not said anything"))
    if ready.get("status") != "True":
        remedy = "repair what is broken above; then the operator's log says more"
        return Link(_A, PULL_SECRET, about, LinkState.BROKEN, f"its ExternalSecret is not ready: {words}", remedy)
    renewed = utc_time(status.get("refreshTime"))
    when = f"; it was last renewed at {_text(renewed)}" if renewed else ""
    return Link(_A, PULL_SECRET, about, LinkState.OK, f"its ExternalSecret is ready{when}")


def _config(config_map: Json | None) -> Json | None:
    """The refresher's configuration, as its ConfigMap has it."""
    text = _object(config_map or {}, "data").get(CONFIG_KEY)
    try:
        found: object = read_json(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return cast("Json", found) if isinstance(found, dict) else None


def _secrets(config: Json | None) -> list[Json]:
    return _objects((config or {}).get("secrets"))


def _period(config: Json | None) -> timedelta:
    """The longest time between two renewals: the configuration's, if it is a sensible one."""
    seconds: object = (config or {}).get("periodSeconds")
    return timedelta(seconds=seconds if isinstance(seconds, int) and 0 < seconds <= _LONGEST_PERIOD else 3600)


def _objects(listed: object) -> list[Json]:
    """The objects of a list; none of anything else."""
    entries = cast("list[object]", listed) if isinstance(listed, list) else []
    return [cast("Json", it) for it in entries if isinstance(it, dict)]


def _object(document: Json, name: str) -> Json:
    found: object = document.get(name)
    return cast("Json", found) if isinstance(found, dict) else {}


def _text(time: datetime) -> str:
    return f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
