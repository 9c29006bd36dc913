"""The resource providers: their resource types and the API versions of each.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from crosstenant.sandbox.arm import sources
from crosstenant.sandbox.arm.refusals import ArmRefusal
from crosstenant.sandbox.world.clouds import Cloud

Json = dict[str, Any]

AUTHORIZATION: Final = "Microsoft.Authorization"
CONTAINER_REGISTRY: Final = "Microsoft.ContainerRegistry"
CONTAINER_SERVICE: Final = "Microsoft.ContainerService"
MANAGED_IDENTITY: Final = "Microsoft.ManagedIdentity"
RESOURCES: Final = "Microsoft.Resources"


def _versions(text: str) -> list[str]:
    return text.split()


_CLUSTER_VERSIONS: Final = _versions(
    "2019-11-01 2020-01-01 2020-02-01 2020-03-01 2020-04-01 2020-06-01 2020-07-01 2020-09-01 2020-11-01 2020-12-01 "
    "2021-02-01 2021-03-01 2021-05-01 2021-07-01 2021-08-01 2021-09-01 2021-10-01 2022-01-01 2022-02-01 2022-03-01 "
    "2022-04-01 2022-06-01 2022-07-01 2022-09-01 2022-11-01 2023-01-01 2023-02-01 2023-03-01 2023-04-01 2023-05-01 "
    "2023-06-01 2023-07-01 2023-08-01 2023-09-01 2023-10-01 2023-11-01 2024-01-01 2024-02-01 2024-05-01 2024-07-01 "
    "2024-08-01 2024-09-01 2024-10-01 2025-01-01 2025-02-01 2025-03-01 2025-04-01 2025-05-01 2025-07-01 2025-08-01 "
    "2025-09-01 2025-10-01 2026-01-01 2026-02-01 2026-03-01 2026-04-01 2026-05-01 2026-06-01 2026-07-01 2026-08-01 "
    "2024-09-02-preview 2025-01-02-preview 2025-05-02-preview 2025-07-02-preview 2025-10-02-preview 2026-02-02-preview"
)
_REGISTRY_VERSIONS: Final = _versions(
    "2017-10-01 2019-05-01 2021-09-01 2022-12-01 2023-07-01 2025-04-01 2025-11-01 2021-06-01-preview "
    "2021-12-01-preview 2023-01-01-preview 2023-06-01-preview 2023-08-01-preview 2023-11-01-preview 2024-11-01-preview "
    "2025-03-01-preview 2025-05-01-preview 2025-06-01-preview 2026-01-01-preview 2026-03-01-preview"
)
_IDENTITY_VERSIONS: Final = _versions(
    "2018-11-30 2023-01-31 2024-11-30 2022-01-31-preview 2023-07-31-preview 2025-01-31-preview 2025-05-31-preview"
)
# The first version with federated credentials.
_CREDENTIAL_VERSIONS: Final = _versions(
    "2023-01-31 2024-11-30 2022-01-31-preview 2023-07-31-preview 2025-01-31-preview 2025-05-31-preview"
)
_ASSIGNMENT_VERSIONS: Final = _versions(
    "2015-07-01 2022-04-01 2018-01-01-preview 2018-07-01 2018-09-01-preview 2020-03-01-preview 2020-04-01-preview "
    "2020-08-01-preview 2020-10-01-preview"
)
_DEFINITION_VERSIONS: Final = _versions("2015-07-01 2022-04-01 2018-01-01-preview 2018-07-01 2022-05-01-preview")
_CORE_VERSIONS: Final = _versions(
    "2015-11-01 2016-06-01 2016-09-01 2017-05-10 2018-02-01 2018-05-01 2019-03-01 2019-05-01 2019-05-10 2019-06-01 "
    "2019-07-01 2019-08-01 2019-10-01 2019-11-01 2020-01-01 2020-06-01 2020-08-01 2020-09-01 2020-10-01 2021-01-01 "
    "2021-04-01 2021-10-01 2022-09-01 2022-12-01 2023-07-01 2024-03-01 2024-07-01 2024-11-01 2025-03-01 2025-04-01"
)

_TYPES: Final[dict[str, dict[str, list[str]]]] = {
    AUTHORIZATION: {
        "roleAssignments": _ASSIGNMENT_VERSIONS,
        "roleDefinitions": _DEFINITION_VERSIONS,
        "permissions": _DEFINITION_VERSIONS,
    },
    CONTAINER_REGISTRY: {"registries": _REGISTRY_VERSIONS, "checkNameAvailability": _REGISTRY_VERSIONS},
    CONTAINER_SERVICE: {
        "managedClusters": _CLUSTER_VERSIONS,
        # https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters/maintenanceconfigurations
        "managedClusters/maintenanceConfigurations": [it for it in _CLUSTER_VERSIONS if it >= "2020-12-01"],
        # Azure's own links to operations have this old version.
        "locations/operations": ["2016-03-30", *_CLUSTER_VERSIONS],
        "locations/operationresults": ["2016-03-30", *_CLUSTER_VERSIONS],
    },
    MANAGED_IDENTITY: {
        "userAssignedIdentities": _IDENTITY_VERSIONS,
        "userAssignedIdentities/federatedIdentityCredentials": _CREDENTIAL_VERSIONS,
    },
    RESOURCES: dict.fromkeys(("subscriptions", "resourceGroups", "resources", "tenants"), _CORE_VERSIONS),
}
_VERSION: Final = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(-preview)?", re.IGNORECASE | re.ASCII)
_FORM: Final = re.compile(r"\d{4}-\d\d-\d\d(-[a-z]+)?", re.IGNORECASE)


def check_version(cloud: Cloud, namespace: str, resource_type: str, api_version: str, location: str | None) -> None:
    """Checks that a resource type has an API version.

    Azure adds versions each month, so the lists here are never complete: any version counts that has the right form and
    is not older than the oldest in the list. Azure itself refuses the ones that it does not have.

    :param cloud: The cloud, whose locations a refusal names.
    :param namespace: The provider, ``Microsoft.ContainerService``.
    :param resource_type: The type within it, ``managedClusters``.
    :param location: The resource's location; None if it is unknown.
    :raises ArmRefusal: The type does not have this version (400).
    """
    versions = _TYPES[namespace][resource_type]
    day = _day(api_version)
    if day is not None and day >= min(version[:10] for version in versions):
        return
    known = ", ".join(sorted(versions, reverse=True))
    if namespace == RESOURCES or not _FORM.fullmatch(api_version):
        raise ArmRefusal(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{api_version}' is invalid. The supported versions are '{known}'.",
            source=sources.INVALID_API_VERSION_PARAMETER,
        )
    raise ArmRefusal(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location '{location or cloud.location}' and API version "
        f"'{api_version}' for type '{resource_type}'. The supported api-versions are '{known}'. The supported "
        f"locations are '{', '.join(cloud.locations)}'.",
        source=sources.NO_REGISTERED_PROVIDER_FOUND,
    )


def _day(api_version: str) -> str | None:
    """The date of an API version, ``2026-09-01`` of ``2026-09-01-preview``; None if it has another form."""
    match = _VERSION.fullmatch(api_version)
    try:
        return date.fromisoformat(match["day"]).isoformat() if match else None
    except ValueError:
        return None


def unknown_type(method: str, path: str, api_version: str) -> ArmRefusal:
    """The refusal of an unknown path: an unknown provider, an unknown resource type, or any other unknown path.

    With Azure's codes, but not in its words: Azure has more than the sandbox, and "does not exist" would mislead.
    """
    request = f"The sandbox does not emulate {method} {path} (api-version {api_version})"
    match = re.search(r"/providers/(?P<namespace>[^/]+)", path, re.IGNORECASE)
    if match is None:
        return ArmRefusal(404, "NotFound", f"{request}.", source=sources.NOT_EMULATED)
    known = next((name for name in _TYPES if name.lower() == match["namespace"].lower()), None)
    if known is None:
        return ArmRefusal(
            404,
            "InvalidResourceNamespace",
            f"{request}. The providers that it has are {', '.join(_TYPES)}.",
            source=sources.NOT_EMULATED,
        )
    return ArmRefusal(
        404,
        "InvalidResourceType",
        f"{request}. Of {known} it has {', '.join(_TYPES[known])}.",
        source=sources.NOT_EMULATED,
    )


def provider(cloud: Cloud, subscription_id: str, namespace: str) -> Json:
    """A provider's metadata in a subscription that is registered for it.

    :raises ArmRefusal: The provider does not exist (404).
    """
    known = next((name for name in _TYPES if name.lower() == namespace.lower()), None)
    if known is None:
        raise ArmRefusal(
            404,
            "InvalidResourceNamespace",
            f"The resource namespace '{namespace}' is invalid.",
            source=sources.INVALID_RESOURCE_NAMESPACE,
        )
    return {
        "id": f"/subscriptions/{subscription_id}/providers/{known}",
        "namespace": known,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered",
        "resourceTypes": [
            {
                "resourceType": name,
                "locations": list(cloud.locations.values()),
                "apiVersions": sorted(versions, reverse=True),
                "defaultApiVersion": max(version for version in versions if not version.endswith("preview")),
                "capabilities": "None",
            }
            for name, versions in _TYPES[known].items()
        ],
    }


def all_providers(cloud: Cloud, subscription_id: str) -> list[Json]:
    """Every provider's metadata."""
    return [provider(cloud, subscription_id, namespace) for namespace in _TYPES]
