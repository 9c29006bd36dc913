"""The advice for a refused pull: the missing link, its object, who repairs it and how.

The sentences do not change between runs, so that the state can keep them; the registry's own words (addresses,
correlation IDs) are added to messages only.
"""

from __future__ import annotations

from crosstenant.azure.pull.pull_verdict import PullRefused, Reason
from crosstenant.azure.registries.registries import RegistryState
from crosstenant.model.modes import RoleAssignmentMode
from crosstenant.model.names import role_assignment_name
from crosstenant.model.roles import OWNER, RBAC_ADMINISTRATOR
from crosstenant.model.shell_words import shell_word


def refusal_message(refusal: PullRefused, advice: str, registry_id: str) -> str:
    """The whole sentence for an error or a warning.

    :param refusal: What came of the pull.
    :param advice: From ``advise``.
    :param registry_id: ARM ID of the registry.
    """
    return f"registry {registry_id} refuses a pull: {advice} ({refusal.detail.rstrip('.')})"


def assignment_command(registry: RegistryState, principal_id: str) -> str:
    """The command that assigns the pull role as a stack does: the stack finds its own assignment.

    Beside an assignment of another name Azure refuses the stack's own (RoleAssignmentExists).

    :param registry: The registry.
    :param principal_id: Object ID (UUID) of the service principal in the registry's tenant.
    """
    role = registry.pull_role
    name = role_assignment_name(registry.registry_id, principal_id, role.guid)
    return (
        f"az role assignment create --name {name} --assignee-object-id {principal_id} --assignee-principal-type"
        f' ServicePrincipal --role "{role.name}" --scope {shell_word(registry.registry_id)}'
    )


def advise(
    reason: Reason,
    registry: RegistryState,
    tenant_id: str,
    client_id: str,
    repository: str,
    reference: str | None,
    principal_id: str = "",
) -> str:
    """Which link is missing, who can repair it and how.

    :param reason: Why the pull was refused.
    :param registry: The registry.
    :param tenant_id: UUID of the registry's tenant.
    :param client_id: Client ID (UUID) of the application that pulls.
    :param repository: The repository that was asked for.
    :param reference: The tag or digest that was asked for, if any.
    :param principal_id: Object ID (UUID) of the application's service principal in that tenant, where it is known.
    """
    if reason is Reason.ROLE_MISSING:
        return _role_missing(registry, client_id, repository, principal_id)
    image = f"'{repository}'" if reference is None else f"'{reference}' of repository '{repository}'"
    return {
        Reason.SERVICE_PRINCIPAL_MISSING: (
            f"application {client_id} has no service principal in the registry's tenant {tenant_id}; where a stack "
            "manages it, 'pulumi up --refresh' makes it; otherwise an administrator of that tenant makes it with "
            f"'az ad sp create --id {client_id}' or by consenting to the application"
        ),
        Reason.SERVICE_PRINCIPAL_DISABLED: (
            f"the service principal of application {client_id} is disabled; an administrator of tenant {tenant_id} "
            "enables it under Enterprise applications (Enabled for users to sign-in)"
        ),
        Reason.SECRET_WRONG: (
            f"the secret of application {client_id} is not accepted: it is wrong, removed or expired, which the "
            "registry does not tell apart; an owner of the application makes a new one in its own tenant, and the "
            "stack takes that"
        ),
        Reason.SECRET_EXPIRED: (
            f"the secret of application {client_id} has expired; an owner of the application makes a new one in its "
            "own tenant, and the stack takes that"
        ),
        Reason.NETWORK_BLOCKED: _network_blocked(registry),
        Reason.REPOSITORY_ABSENT: (
            f"it has no repository '{repository}'; correct the name, or push the image first; a repository that gets "
            "its first image later is accepted with 'filled_later' in the check's options"
        ),
        Reason.TAG_ABSENT: f"it has no {image}; push the image first, or check with another reference",
        Reason.UNREACHABLE: (
            f"{registry.login_server} cannot be reached from this machine; check its DNS, proxy or firewall "
            "(HTTPS_PROXY, NO_PROXY) and trusted certificates (SSL_CERT_FILE), or run the check with mode 'warn' or "
            "'skip' where the registry is private"
        ),
        Reason.LAYERS_BLOCKED: (
            "manifests can be read and layers cannot: a registry keeps them at another host, its data endpoint or a "
            "storage account, which this machine cannot reach; let the firewall or proxy pass that host "
            "(https://aka.ms/acr/firewall) for the nodes too, or run the check with mode 'warn' or 'skip'"
        ),
        Reason.THROTTLED: "it is busy or limits the rate of requests; try again later",
        Reason.UNEXPECTED: (
            f"{registry.login_server} does not answer as a container registry does; look for a proxy or a private "
            "endpoint that answers in its place"
        ),
    }[reason]


def _network_blocked(registry: RegistryState) -> str:
    rules = (
        f"network rules (public network access {registry.public_network_access}, default action "
        f"{registry.network_default_action})"
    )
    remedy = "or the check runs with mode 'warn' or 'skip'"
    if (registry.public_network_access, registry.network_default_action) == ("Enabled", "Allow"):
        return (
            f"the registry refuses this machine before the credentials are checked, although its {rules} admit "
            "every address; run again if they were changed a moment ago, or look for a firewall before the registry, "
            f"{remedy}"
        )
    return (
        f"the registry's {rules} block this machine before the credentials are checked; the registry's administrator "
        f"allows this machine's address or adds a private endpoint for its network, {remedy}"
    )


def _role_missing(registry: RegistryState, client_id: str, repository: str, principal_id: str) -> str:
    role = registry.pull_role
    why = (
        "AcrPull has no effect on a registry in ABAC mode, and a condition on the assignment must cover that "
        "repository (set 'repository' to one that it covers); "
        if registry.role_assignment_mode is RoleAssignmentMode.ABAC
        else ""
    )
    command = f" with '{assignment_command(registry, principal_id)}'" if principal_id else ""
    return (
        f"the service principal of application {client_id} may not pull '{repository}': it needs the role "
        f"'{role.name}' on the registry; {why}where a stack assigns it, 'pulumi up --refresh' does so again; otherwise "
        f"a caller with {OWNER.name} or {RBAC_ADMINISTRATOR.name} there assigns it{command}, and it may take ten "
        "minutes to count"
    )
