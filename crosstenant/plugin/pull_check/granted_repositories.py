"""The repositories that a role assignment is limited to: a wrong name among them is granted like any other."""

from __future__ import annotations

from crosstenant.azure.pull.pull_verdict import PullRefused
from crosstenant.azure.registries.registries import RegistryState
from crosstenant.model.credentials.kinds import AppCredential
from crosstenant.plugin.context import Context
from crosstenant.provider_kit.resource import Properties


async def warn_of_absent(context: Context, urn: str, registry: RegistryState, inputs: Properties) -> None:
    """Warns of those that do not exist.

    :param context: The registry tenant.
    :param urn: The check.
    :param registry: The registry, which has granted a pull.
    :param inputs: The inputs of the check.
    """
    from crosstenant.azure.pull.docker_token import absent_repositories, registry_session

    names = inputs.get("grantedRepositories")
    if not names:
        return
    credential = AppCredential(inputs["clientId"], inputs["secret"])
    try:
        async with registry_session() as session:
            absent = await absent_repositories(session, registry.login_server, credential, names)
    except PullRefused:
        return  # The pull itself is proved.
    if absent:
        listed = ", ".join(f"'{it}'" for it in absent)
        await context.log.warning(
            urn,
            f"registry {registry.registry_id} has no repository {listed}, to which the role is limited: correct the"
            " name, unless the first image is pushed later",
        )
