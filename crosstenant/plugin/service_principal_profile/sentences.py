"""The sentences for a person at the terminal: what a reset means, and why something is refused."""

from __future__ import annotations

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.azure.clusters.clusters import RESET_ACTION
from crosstenant.azure.refusals.refusal_table import ROLES_BY_ACTION
from crosstenant.model.arm_id import ArmId
from crosstenant.model.shell_words import shell_word


def not_permitted(cluster_id: ArmId, caller: str) -> str:
    """The caller may read the cluster alone."""
    return (
        f"{caller} may read cluster {cluster_id}, but not reset its credential ({RESET_ACTION}): assign the role"
        f" '{ROLES_BY_ACTION[RESET_ACTION.lower()]}' on the cluster, or sign in as a caller who has it; a new"
        " assignment takes some minutes to count"
    )


def declared_twice(other: str) -> str:
    """Two records of one cluster."""
    return (
        f"is the cluster of {other} as well, and a cluster acts as one application: keep one of the two. One identity"
        " pulls from registries of several tenants (PullIdentity, and a RegistryAccess for each registry tenant)"
    )


def still_in_use(urn: str, cluster_id: ArmId, client_id: str) -> str:
    """The deletion of the record of a cluster that would lose its identity."""
    arguments = f"-g {shell_word(cluster_id.resource_group)} -n {cluster_id.name}"
    return (
        f"cluster {cluster_id} still acts as application {client_id}, and would lose its identity with it."
        " Either move the cluster to another application or to a managed identity"
        f" ('az aks update-credentials {arguments} --reset-service-principal ...' or"
        f" 'az aks update {arguments} --enable-managed-identity') and run again; or give it abandon_on_delete=True"
        " (in the program again, if it was removed; give it to the cluster that has taken its place, if one has), run"
        " 'pulumi up', and then delete. Only if another record of this"
        " cluster has taken the place of this one, under another name and provider:"
        # A shell would take `$type` in it for a variable.
        f" pulumi state delete {shell_word(urn)}"
    )


def former_unreadable(former: ArmId, reason: str) -> str:
    """Another cluster in the place of one that this provider cannot read, such as another tenant's."""
    return (
        f"takes the place of {former}, which may still act as this stack's application and cannot be read ({reason})."
        " Release that cluster before: in the former program give it abandon_on_delete=True and run 'pulumi up'; where"
        " it does not exist any longer, run 'pulumi refresh' there"
    )


def left_without(cluster_id: ArmId, client_id: str) -> str:
    """The warning for a delete of the record of an application that was removed before."""
    return (
        f"cluster {cluster_id} acts as application {client_id}, which does not exist any longer: the record is removed,"
        " and the cluster cannot sign in to Azure until it is reset to another application"
    )


def ours(client_id: str) -> str:
    """The application of a cluster that has what this stack gave it."""
    return f"It acts as application {client_id} now, as this stack's state has it"


def given_elsewhere(application: str) -> str:
    """The application of a cluster that this stack has not reset yet."""
    return f"It acts as application {application} now, which this stack did not give it"


def taken_over(application: str, life: str) -> str:
    """The application of a cluster that somebody has reset since this stack did."""
    return (
        f"{given_elsewhere(application)}: somebody else did since its last update. {life}. The update takes the"
        " cluster back; to leave it to that application, remove the cluster from the program: nothing on the cluster"
        " changes then"
    )


def announcement(state: ClusterState, *, acts_as: str = "", dead: str = "", is_asked_for: bool = False) -> str:
    """The warning for a reset.

    :param state: The cluster.
    :param acts_as: The application that the cluster acts as now, in a sentence.
    :param dead: Why the cluster's credential has made it fail, if that is the case.
    :param is_asked_for: Whether the program asks for the reset of a failed cluster whatever the cause.
    """
    pools = "node pool" if len(state.node_pools) == 1 else "node pools"
    nodes = "node" if state.node_count == 1 else "nodes"
    text = (
        f"this resets the credential of cluster {state.cluster_id}: AKS drains and reimages its"
        f" {len(state.node_pools)} {pools} ({state.node_count} {nodes}), one node after another"
    )
    if not state.is_idle:
        text += ", when the operation that is running there now has ended"
    if acts_as:
        text += f". {acts_as}"
    if dead:
        text += f". Its provisioning state is Failed, because {dead}: the reset repairs it"
    elif state.has_failed and is_asked_for:
        text += (
            ". Its provisioning state is Failed, and nothing shows that its credential is the cause: it is reset"
            " nevertheless, because repair_failed is set"
        )
    return text


def going_on(state: ClusterState) -> str:
    """The warning for a reset that AKS is still at."""
    return (
        f"a reset of cluster {state.cluster_id} for which this resource stopped waiting goes on in AKS: the update"
        " waits for its end, and repeats it only if it failed"
    )
