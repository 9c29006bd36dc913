"""The chains that a Pulumi stack declares, read from its state."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from crosstenant.cli.check.chain import Chain, Probe
from crosstenant.model.arm_id import CLUSTER_TYPE, REGISTRY_TYPE, ArmId, parse_arm_id
from crosstenant.model.clouds import PUBLIC, cloud_named
from crosstenant.model.consent import consent_url
from crosstenant.model.outside_text import in_one_line

Json = dict[str, Any]

_PROVIDER: Final = "pulumi:providers:crosstenant"
_APPLICATION: Final = "azuread:index/application:Application"
_PASSWORD: Final = "azuread:index/applicationPassword:ApplicationPassword"  # noqa: S105 (a type)
_PROFILE: Final = "crosstenant:index:ServicePrincipalProfile"
_CONSENT: Final = "crosstenant:index:Consent"
_PULL_CHECK: Final = "crosstenant:index:PullCheck"

# What an export writes in the place of a secret: https://www.pulumi.com/docs/iac/concepts/secrets/
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"


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
    :raises StackError: Pulumi is not installed, or fails.
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
    return json.loads(done.stdout)


def chains_of(export: Json) -> list[StackChain]:
    """Every chain in a stack's state: one for each application and registry tenant.

    :param export: From ``export_stack``.
    :raises StackError: The stack has no chain.
    """
    deployment = cast("Json", export.get("deployment") or {})
    state = _State(cast("list[Json]", deployment.get("resources") or []))
    chains: dict[tuple[str, str], list[Json]] = {}
    for one in state.of_types(_PULL_CHECK, _CONSENT):
        chains.setdefault((state.client_id(one), state.tenant(one)["tenantId"]), []).append(one)
    if not chains:
        raise StackError(_without_chain(state))
    return [_chain(state, client_id, tenant, found) for (client_id, tenant), found in chains.items()]


def _without_chain(state: _State) -> str:
    """Why a stack has no chain, and what to do."""
    options = "--cluster, --registry and --client-id"
    application = next(iter(state.of_types(_APPLICATION)), None)
    if application is None:
        return (
            "the stack holds no PullCheck: is it up, and does it use CrossTenantPull or RegistryAccess? Otherwise give"
            f" {options}"
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


def _chain(state: _State, client_id: str, registry_tenant: str, found: list[Json]) -> StackChain:
    profiles = [one for one in state.of_types(_PROFILE) if state.client_id(one) == client_id]
    applications = [one for one in state.of_types(_APPLICATION) if one["outputs"].get("clientId") == client_id]
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
        secret_key_id=_current_key(state, applications),
        stack_key_ids=state.key_ids() if applications else (),
    )
    return StackChain(chain, next((text for one in found if (text := _shown(one["inputs"].get("secret")))), None))


def _probed(inputs: Json) -> tuple[ArmId, Probe]:
    probe = Probe(inputs.get("repository"), inputs.get("reference"), inputs.get("filledLater") is True)
    return parse_arm_id(inputs["registryId"], REGISTRY_TYPE), probe


def _current_key(state: _State, applications: list[Json]) -> str | None:
    """The key ID of the secret of the stack's clusters: of two secrets, the one that expires later."""
    own = {one["id"] for one in applications}
    passwords = [one["outputs"] for one in state.of_types(_PASSWORD) if one["outputs"].get("applicationId") in own]
    return max(passwords, key=lambda it: str(it.get("endDate")))["keyId"] if passwords else None


def _shown(value: object) -> str | None:
    """The text of a decrypted secret; nothing for one that is encrypted."""
    if isinstance(value, dict) and _SIGNATURE in value:
        plaintext = cast("Json", value).get("plaintext")
        return str(json.loads(plaintext)) if plaintext else None
    return value if isinstance(value, str) else None


class _State:
    """The resources of a stack, with what one says of another."""

    def __init__(self, resources: list[Json]) -> None:
        self._every = resources
        # A replaced resource may wait in the state for its deletion.
        self._resources = [one for one in resources if not one.get("delete") and one.get("inputs") is not None]
        self._by_urn = {str(one["urn"]): one for one in self._resources}

    def of_types(self, *types: str) -> list[Json]:
        return [one for one in self._resources if one["type"] in types and one.get("outputs")]

    def tenant(self, resource: Json) -> Json:
        """The arguments of the provider that a resource belongs to."""
        provider = self._by_urn[str(resource["provider"]).rpartition("::")[0]]
        return {**provider["inputs"], "tenantId": str(provider["inputs"]["tenantId"]).lower()}

    def key_ids(self) -> tuple[str, ...]:
        """Key IDs of all the secrets of applications, those included that wait for their deletion."""
        passwords = [cast("Json", one.get("outputs") or {}) for one in self._every if one["type"] == _PASSWORD]
        return tuple(str(it["keyId"]) for it in passwords if it.get("keyId"))

    def tenants(self) -> list[str]:
        """The tenants of this package's providers, in the order of the state."""
        own = [one["inputs"] for one in self._resources if one["type"] == _PROVIDER]
        return list(dict.fromkeys(str(it["tenantId"]).lower() for it in own if it.get("tenantId")))

    def client_id(self, resource: Json) -> str:
        """Client ID of the application that a resource was given.

        From the application itself where the stack makes it: a refresh writes what a cluster was found to act as to
        the profile's own.
        """
        dependencies = cast("dict[str, list[str]]", resource.get("propertyDependencies") or {})
        for urn in dependencies.get("clientId") or []:
            application = self._by_urn.get(urn)
            if application and application["type"] == _APPLICATION:
                return str(application["outputs"]["clientId"])
        return str(resource["inputs"]["clientId"])
