"""The chains that a Pulumi stack declares, read from its state."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from crosstenant.cli.check.chain import Chain, Probe
from crosstenant.cli.check.node_pulls import answers_in
from crosstenant.cli.check.stack_state import APPLICATION, PASSWORD, StackState, shown, state_of
from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, ArmId, parse_arm_id
from crosstenant.model.clouds import PUBLIC, cloud_named
from crosstenant.model.consent import consent_url
from crosstenant.model.outside_text import in_one_line

Json = dict[str, Any]

_PROFILE: Final = "crosstenant:index:ServicePrincipalProfile"
_CONSENT: Final = "crosstenant:index:Consent"
_PULL_CHECK: Final = "crosstenant:index:PullCheck"
_NODE_PULL_CHECK: Final = "crosstenant:index:NodePullCheck"


class StackError(ValueError):
    """A stack cannot be read, or declares no chain; the message says why."""


@dataclass(frozen=True)
class StackChain:
    """One chain of a stack."""

    chain: Chain
    secret: str | None
    """The application secret, if secrets are requested."""


def export_stack(name: str, folder: Path, *, show_secrets: bool) -> Json:
    """The stack's state, from the Pulumi command line.

    :param name: The stack's name.
    :param folder: The folder of its project.
    :param show_secrets: Whether Pulumi decrypts secrets; they come through a pipe and are not written to a file.
    :raises StackError: Pulumi is not installed, or fails, or prints something else.
    """
    command = ["pulumi", "stack", "export", "--stack", name, "--non-interactive", "--color", "never"]
    try:
        done = subprocess.run(
            [*command, *(["--show-secrets"] if show_secrets else [])],
            cwd=folder,
            capture_output=True,
            # Pulumi's own, where Windows would take the machine's code page.
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        raise StackError("there is no 'pulumi' on PATH: give --cluster, --registry and --client-id instead") from None
    if done.returncode:
        said = in_one_line(done.stderr).removeprefix("error: ")
        raise StackError(f"'pulumi stack export --stack {name}' failed: {said}")
    try:
        found: object = json.loads(done.stdout)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise StackError(
            f"'pulumi stack export --stack {name}' printed something else than a stack's state: check which 'pulumi' is"
            " first on PATH, or give --cluster, --registry and --client-id instead"
        )
    return cast("Json", found)


def chains_of(export: Json, *, required: bool = True) -> list[StackChain]:
    """Every chain in a stack's state: one for each application and registry tenant.

    :param export: From ``export_stack``.
    :param required: Whether a stack without one is an error.
    :raises StackError: The stack has no chain.
    """
    state = state_of(export)
    chains: dict[tuple[str, str], list[Json]] = {}
    for one in state.of_types(_PULL_CHECK, _CONSENT):
        chains.setdefault((state.client_id(one), state.tenant(one)["tenantId"]), []).append(one)
    if not chains and required:
        raise StackError(_without_chain(state))
    return [_chain(state, client_id, tenant, found) for (client_id, tenant), found in chains.items()]


def _without_chain(state: StackState) -> str:
    """Why a stack has no chain, and what to do."""
    options = "--cluster, --registry and --client-id"
    application = next(iter(state.of_types(APPLICATION)), None)
    if application is None:
        return (
            "the stack holds no PullCheck: is it up, and does it use CrossTenantPull, RegistryAccess or FederatedPull?"
            f" Otherwise give {options}"
        )
    client_id, own = application["outputs"]["clientId"], state.tenant(application)
    begun = f"the stack has application {client_id} and no PullCheck yet, since its last update ended before that"
    # Only in consent mode the application asks for a permission.
    if not application["inputs"].get("requiredResourceAccesses"):
        return f"{begun}: run 'pulumi up' again, or give {options}"
    cloud = cloud_named(str(own.get("environment") or PUBLIC.name))
    pages = [consent_url(cloud, tenant, client_id) for tenant in state.tenants() if tenant != own["tenantId"]]
    return (
        f"{begun}, where an admin consent of the registry tenant is missing: an administrator of that tenant must open"
        f" {' and '.join(pages) or 'the page of the output consentUrl'} and accept; then run 'pulumi up'"
        " again. To check"
        f" without the stack, give {options}"
    )


def _chain(state: StackState, client_id: str, registry_tenant: str, found: list[Json]) -> StackChain:
    profiles = [one for one in state.of_types(_PROFILE) if state.client_id(one) == client_id]
    applications = [one for one in state.of_types(APPLICATION) if one["outputs"].get("clientId") == client_id]
    homes = [state.tenant(one)["tenantId"] for one in (*profiles, *applications)]
    checks = [one for one in found if one["type"] == _PULL_CHECK]
    chain = Chain(
        client_id=client_id,
        cluster_tenant_id=homes[0] if homes else "",
        registry_tenant_id=registry_tenant,
        # In an order that is the same for each export.
        clusters=tuple(
            sorted((parse_arm_id(one["inputs"]["clusterId"], CLUSTER_TYPE) for one in profiles), key=lambda it: it.key)
        ),
        registries=tuple(sorted((_probed(one["inputs"]) for one in checks), key=lambda it: it[0].key)),
        environment=str(state.tenant(found[0]).get("environment") or "public"),
        cluster_key_ids=tuple(
            (parse_arm_id(one["inputs"]["clusterId"], CLUSTER_TYPE), str(one["outputs"]["secretKeyId"]))
            for one in profiles
            if one["outputs"].get("secretKeyId")
        ),
        waiting=tuple(
            (parse_arm_id(one["inputs"]["clusterId"], CLUSTER_TYPE), in_one_line(str(one["outputs"]["waitsFor"])))
            for one in profiles
            if one["outputs"].get("waitsFor")
        ),
        node_answers=answers_in(state.of_types(_NODE_PULL_CHECK)),
        secret_key_id=_current_key(state, applications),
        stack_key_ids=state.key_ids() if applications else (),
    )
    return StackChain(chain, next((text for one in found if (text := shown(one["inputs"].get("secret")))), None))


def _probed(inputs: Json) -> tuple[ArmId, Probe]:
    probe = Probe(inputs.get("repository"), inputs.get("reference"), inputs.get("filledLater") is True)
    return parse_arm_id(inputs["registryId"], REGISTRY_TYPE), probe


def _current_key(state: StackState, applications: list[Json]) -> str | None:
    """The key ID of the secret of the stack's clusters: of two secrets, the one that expires or was made later."""
    own = {one["id"] for one in applications}
    passwords = [one["outputs"] for one in state.of_types(PASSWORD) if one["outputs"].get("applicationId") in own]
    return (
        max(passwords, key=lambda it: (str(it.get("endDate")), str(it.get("startDate"))))["keyId"]
        if passwords
        else None
    )
