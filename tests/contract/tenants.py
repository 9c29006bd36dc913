"""The tenants that are asked: the sandbox's, or two real ones, which the environment names."""

from __future__ import annotations

import re
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from crosstenant.sandbox.host.server import Sandbox
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world import seed
from crosstenant.sandbox.world.clock import forward_clock
from crosstenant.sandbox.world.settings import set_setting
from crosstenant.sandbox.world.state import Store

SWITCH = "CROSSTENANT_CONTRACT"
"""The variable without which no real tenant is asked; its value must be ``azure``."""

_RESET_SECONDS = 60
_PREFIX = f"{SWITCH}_"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TENANT_FIELDS = ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET")
_REGISTRY = ("Microsoft.ContainerRegistry", "registries")
_CLUSTER = ("Microsoft.ContainerService", "managedClusters")
_RESOURCES = {
    "REGISTRY_ID": _REGISTRY,
    "ABAC_REGISTRY_ID": _REGISTRY,
    "CLUSTER_ID": _CLUSTER,
    "MANAGED_IDENTITY_CLUSTER_ID": _CLUSTER,
}
_OPTIONAL = ("CLUSTER_ID", "MANAGED_IDENTITY_CLUSTER_ID")


class SettingsError(Exception):
    """The environment does not name two tenants; the message is for a person and repeats no value."""


@dataclass(frozen=True)
class Tenant:
    """A tenant, and the caller who asks in it."""

    id: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Estate:
    """Two tenants, their resources, and the client that reaches them."""

    kind: str
    """``sandbox`` or ``azure``."""
    cluster_tenant: Tenant
    registry_tenant: Tenant
    registry: str
    """ARM ID of a registry with registry-wide roles; it has the image hello:1.0."""
    abac_registry: str
    """ARM ID of a registry in ABAC mode; it has the image hello:1.0."""
    cluster: str | None
    """ARM ID of a cluster with a service principal. Its credential is reset."""
    managed_identity_cluster: str | None
    """ARM ID of a cluster with a managed identity. Nothing is changed."""
    client: httpx.Client
    patience: float
    """Seconds to wait for what was written to be seen everywhere."""
    reset_patience: float
    """Seconds to wait for the end of a cluster's reset."""
    interval: float
    """Seconds between two attempts."""
    short_life: float
    """Seconds until the secret ends that must have expired when it is asked about."""
    hasten: Callable[[], None] = lambda: None
    """Lets time pass where that is possible: an operation that runs has ended then."""


@contextmanager
def sandbox_estate(store: Store | None = None) -> Iterator[Estate]:
    """A running sandbox with a fresh state, or with the given one."""
    with tempfile.TemporaryDirectory() as folder:
        store = store or open_store(Path(folder) / "state.json")
        with Sandbox(store) as sandbox:
            with store.change() as state:
                # Long enough to be seen running on any machine: see hasten.
                set_setting(state, "reset.seconds", _RESET_SECONDS)

            def hasten() -> None:
                with store.change() as state:
                    forward_clock(state, _RESET_SECONDS)

            roots = ssl.create_default_context(cafile=sandbox.environment()["SSL_CERT_FILE"])
            # Without the environment: nothing can lead a request past the sandbox's proxy.
            with httpx.Client(proxy=sandbox.url, verify=roots, trust_env=False, timeout=240) as client:
                yield Estate(
                    "sandbox",
                    Tenant(seed.CLUSTER_TENANT, seed.CLUSTER_OWNER_ID, seed.CLUSTER_OWNER_SECRET),
                    Tenant(seed.REGISTRY_TENANT, seed.REGISTRY_OWNER_ID, seed.REGISTRY_OWNER_SECRET),
                    seed.REGISTRY,
                    seed.ABAC_REGISTRY,
                    seed.CLUSTER,
                    seed.MANAGED_IDENTITY_CLUSTER,
                    client,
                    patience=240,
                    reset_patience=240,
                    interval=0.1,
                    short_life=2,
                    hasten=hasten,
                )


@contextmanager
def azure_estate(environ: Mapping[str, str]) -> Iterator[Estate]:
    """Two real tenants.

    :param environ: Variables ``CROSSTENANT_CONTRACT`` and ``CROSSTENANT_CONTRACT_...``: see docs/contract.md.
    :raises SettingsError: A variable is missing or has another form.
    """
    cluster_tenant, registry_tenant, resources = read_settings(environ)
    with httpx.Client(timeout=120) as client:
        yield Estate(
            "azure",
            cluster_tenant,
            registry_tenant,
            resources["REGISTRY_ID"],
            resources["ABAC_REGISTRY_ID"],
            resources.get("CLUSTER_ID"),
            resources.get("MANAGED_IDENTITY_CLUSTER_ID"),
            client,
            patience=600,
            reset_patience=5400,
            interval=5,
            short_life=120,
        )


def read_settings(environ: Mapping[str, str]) -> tuple[Tenant, Tenant, dict[str, str]]:
    """The cluster tenant, the registry tenant, and the resources' ARM IDs.

    :raises SettingsError: A variable is missing or has another form.
    """
    if environ.get(SWITCH) != "azure":
        raise SettingsError(f"set {SWITCH}=azure to ask two real tenants: this makes and removes objects in them")
    fields = [f"{side}_{name}" for side in ("CLUSTER", "REGISTRY") for name in _TENANT_FIELDS]
    required = [*fields, *(name for name in _RESOURCES if name not in _OPTIONAL)]
    values = {name: environ.get(_PREFIX + name, "").strip() for name in (*required, *_OPTIONAL)}
    missing = [_PREFIX + name for name in required if not values[name]]
    if missing:
        raise SettingsError(f"set {', '.join(missing)}: see docs/contract.md")
    for name, value in values.items():
        _check(name, value)
    if values["CLUSTER_TENANT_ID"].lower() == values["REGISTRY_TENANT_ID"].lower():
        raise SettingsError(f"{_PREFIX}CLUSTER_TENANT_ID and {_PREFIX}REGISTRY_TENANT_ID must be two tenants")
    tenants = [Tenant(*(values[f"{side}_{name}"] for name in _TENANT_FIELDS)) for side in ("CLUSTER", "REGISTRY")]
    return tenants[0], tenants[1], {name: values[name] for name in _RESOURCES if values[name]}


def _check(name: str, value: str) -> None:
    """Checks a value's form. No message repeats a value: a secret may stand in the wrong place."""
    if name in _RESOURCES and value:
        provider, kind = _RESOURCES[name]
        form = f"/subscriptions/{_UUID}/resourceGroups/[^/]+/providers/{re.escape(provider)}/{kind}/[^/]+"
        if not re.fullmatch(form, value, re.IGNORECASE):
            raise SettingsError(
                f"{_PREFIX}{name} must be an ARM ID: "
                f"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/{provider}/{kind}/NAME"
            )
    elif name.endswith(("TENANT_ID", "CLIENT_ID")) and not re.fullmatch(_UUID, value):
        raise SettingsError(f"{_PREFIX}{name} must be a UUID")
