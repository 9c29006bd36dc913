"""The inputs and outputs of a ``PullCheck``."""

from __future__ import annotations

import math
from typing import Final

from crosstenant.model.image_reference import check_reference
from crosstenant.model.modes import PullCheckMode, PullResult
from crosstenant.model.repository_condition import check_repository
from crosstenant.plugin import forms
from crosstenant.plugin.secret_dates_fields import SECRET_DATES, without_dates
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import Failure, Properties
from crosstenant.provider_kit.values import Plain


def recorded(inputs: Properties) -> Properties:
    """The inputs as they stand in the outputs, without those that came later: a refresh then has nothing to add."""
    return {name: value for name, value in without_dates(inputs).items() if name != "grantedRepositories"}


def check_together(inputs: Properties) -> list[Failure]:
    """What inputs that are each right are wrong together."""
    if "reference" in inputs and "repository" not in inputs:
        return [Failure("reference", "a tag or digest is one of a repository: give 'repository' as well")]
    if "reference" in inputs and inputs.get("filledLater") is True:
        return [Failure("filledLater", "a repository without images has no tag or digest: omit 'reference' until then")]
    return []


def _repository(name: str, value: Plain) -> str | None:
    try:
        check_repository(value)
    except ValueError as error:
        return str(error)
    return None


def _reference(name: str, value: Plain) -> str | None:
    try:
        check_reference(value)
    except ValueError as error:
        return str(error)
    return None


def _seconds(name: str, value: Plain) -> str | None:
    # The engine's state can hold neither NaN nor an infinity.
    return None if 0 < value < math.inf else f"must be a number of seconds above 0, not {value}"


INPUTS: Final[Fields] = {
    "registryId": Field(
        "string",
        "ARM ID of the registry, in a subscription of the provider's tenant. Another one replaces the check.",
        required=True,
        replaces=True,
        compared_as=forms.compared_id,
        refusal=forms.registry_id,
    ),
    "clientId": Field(
        "string",
        "Client ID (UUID) of the application that pulls. Another one replaces the check.",
        required=True,
        replaces=True,
        compared_as=str.lower,
        refusal=forms.client_id,
    ),
    "secret": Field(
        "string",
        "The application's secret. It is sent to the registry's own login server, as Azure Resource Manager reports it "
        "and under a registry suffix of the provider's cloud, and nowhere else. Secret.",
        required=True,
        secret=True,
        refusal=forms.secret,
    ),
    "repository": Field(
        "string",
        "Repository to ask for, `backend/api`. It must exist, unless `filledLater` is true. Needed where a condition "
        "narrows the role assignment: name one that the condition covers.",
        refusal=_repository,
    ),
    "reference": Field(
        "string",
        "Tag or digest in `repository`: with it the manifest and a byte of a layer are fetched, which proves the whole "
        "pull. Registries keep layers at another host, which firewalls have to pass as well.",
        refusal=_reference,
    ),
    "filledLater": Field(
        "boolean",
        "Whether `repository` gets its first image later, so that it may be absent; false by default. Another value "
        "asks the registry nothing new.",
        informs=True,
    ),
    "grantedRepositories": Field(
        "array",
        "Repositories to which the role assignment is limited. A create or update warns of those that do not exist: "
        "their names may be wrong. Another list asks the registry nothing new.",
        items="string",
        informs=True,
    ),
    "mode": Field(
        "string",
        "What a refusal does. `require` (default): it is an error. `warn`: it is a warning, for runners that cannot "
        "always reach the registry. `skip`: nothing is read or sent.",
        default=PullCheckMode.REQUIRE.value,
        choices=PullCheckMode,
    ),
    "timeoutSeconds": Field(
        "number",
        "How long to try again while a new role assignment, service principal or secret may not have reached the "
        "registry yet, in seconds; 300 by default.",
        default=300,
        refusal=_seconds,
    ),
    "triggers": Field(
        "array", "Values whose change repeats the check, such as IDs of role assignments.", items="string"
    ),
    **SECRET_DATES,
}

OUTPUTS: Final[Fields] = {
    "loginServer": Field("string", "Host that was asked; none with mode `skip`."),
    "result": Field(
        "string",
        "What was proved. `pulled`: the manifest was fetched, and a byte of a layer. `granted`: the registry gave a "
        "token that lists pull for the repository; `notProved` says what that leaves open. `signed in`: it gave a "
        "token whose permissions cannot be read; give a `reference` to know more. `skipped`: nothing was asked. "
        "`not checked`: imported, and not asked yet. `refused`: see `refusal`.",
        required=True,
        choices=PullResult,
    ),
    "notProved": Field(
        "string", "What the result leaves open, in a sentence; none where an image was pulled, or nothing was proved."
    ),
    "grantedActions": Field(
        "array", "Actions on the repository that the registry's token lists, `pull`.", items="string"
    ),
    "manifestDigest": Field(
        "string",
        "Digest of the manifest that `reference` stood for when the check was last created or updated; a refresh "
        "keeps it, since a tag that moved takes no permission away.",
    ),
    "refusal": Field(
        "string", "Where `result` is `refused`: what is missing, who can repair it and how, in a sentence."
    ),
    "refusalReason": Field(
        "string", "Where `result` is `refused`: which link is missing, in one or two words: `role missing`."
    ),
}
