"""The check whether a cluster may be reset: at preview, and again before the request."""

from __future__ import annotations

from crosstenant.azure.clusters.cluster_state import ClusterState
from crosstenant.errors import OperatorError
from crosstenant.model.shell_words import shell_word


def refuse_unfit(
    state: ClusterState,
    *,
    failed_is_ours: bool = False,
    dead_credential: str = "",
    repair_failed: bool = False,
    skips_stopped: bool = False,
) -> None:
    """Refuses a cluster whose credential cannot or should not be reset.

    :param state: The cluster's present state.
    :param failed_is_ours: Whether a failed state comes from this resource's own last reset, which may be repeated.
    :param dead_credential: Why the cluster's present credential does not sign in, if it does not: a failed cluster is
        cured by the reset then (https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/aadsts7000222).
    :param repair_failed: Whether the program asks for the reset of a failed cluster whatever the cause.
    :param skips_stopped: Whether the program lets a stopped cluster wait.
    :raises OperatorError: The cluster cannot be reset; the message says what to do.
    """
    where = f"cluster {state.cluster_id}"
    group, name = shell_word(state.arm_id.resource_group), state.arm_id.name
    if state.uses_managed_identity:
        raise OperatorError(
            f"{where} has a managed identity, and Azure does not let it go back to a service principal: remove it from"
            " the clusters of this identity, and give its pods the identity's image_pull_secret (a docker config"
            " document) as an image pull secret instead"
        )
    if state.is_being_deleted:
        raise OperatorError(
            f"{where} is being deleted: remove it from the program, or run again when it is created again"
        )
    if state.is_stopped:
        if skips_stopped:
            return
        raise OperatorError(
            f"{where} is stopped, and a credential can only be reset while it runs: start it"
            f" ('az aks start -g {group} -n {name}') and run again, or let it wait for its start"
            " (when_stopped='skip')"
        )
    if state.has_failed and not (failed_is_ours or dead_credential or repair_failed):
        raise OperatorError(
            f"{where} is in provisioning state Failed, and nothing shows that its credential is the cause, which a"
            f" reset would repair: repair it ('az aks update -g {group} -n {name}' reconciles it, signing in with the"
            " present credential) and run again, or ask for the reset nevertheless (repair_failed=True)"
        )
