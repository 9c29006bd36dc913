"""The arguments of a cluster that pulls without a secret, and their checks."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import pulumi
from typing_extensions import NotRequired, TypedDict

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.id_arguments import (
    CLUSTER,
    IdArgument,
    StackName,
    called,
    distinct_ids,
    distinct_names,
    read_id,
)
from crosstenant.components.arguments.refresher_args import RefresherArgs, RefresherSpec, read_refresher
from crosstenant.model.federation import (
    NAMESPACE_RULE,
    OBJECT_NAME_RULE,
    is_namespace_name,
    is_object_name,
)
from crosstenant.model.kubernetes.plan import PULL_SECRET, PullNamespace
from crosstenant.model.modes import PullDelivery

Args = TypeVar("Args")


class PullNamespaceArgs(TypedDict):
    """A namespace whose pods pull."""

    name: str
    """The namespace, which exists."""

    secret_name: NotRequired[str]
    """Name of its image pull secret. Default: ``registry-pull``."""

    service_accounts: NotRequired[list[str]]
    """Service accounts of the namespace, which exist, that get the secret as their ``imagePullSecrets``, ``default``.
    Default: none; pods name the secret themselves."""


class FederatedClusterArgs(TypedDict):
    """One cluster that pulls without a secret."""

    cluster_id: pulumi.Input[str]
    """ARM ID of the cluster, whose OIDC issuer must be on. With an output, ``name`` is required."""

    name: NotRequired[str]
    """The cluster's name in this stack, for the names of its resources. Default: the cluster's own name, in lower
    case."""

    namespaces: NotRequired[list[PullNamespaceArgs]]
    """The namespaces whose pods pull. Required unless ``delivery`` is ``none``."""

    kubeconfig: NotRequired[pulumi.Input[str]]
    """A kubeconfig of the cluster for the deployment, as text. Secret. Required unless ``delivery`` is ``none``, or a
    Python program passes a provider in ``kubernetes_providers``."""

    refresher: NotRequired[RefresherArgs]
    """The refresher's settings; its service account is the subject of the federated credential. With ``delivery``
    ``none`` they describe the refresher in ``manifests``."""


@dataclass(frozen=True)
class FederatedClusterSpec:
    """A checked cluster."""

    at: ArgPath
    id: IdArgument
    name: StackName
    """Its name in the stack."""
    namespaces: tuple[PullNamespace, ...]
    kubeconfig: pulumi.Input[str] | None
    refresher: RefresherSpec


def with_texts_of_kubeconfigs(args: Args) -> Args:
    """The arguments of the component, in which a kubeconfig that is a plain object is a secret text of JSON.

    A program in YAML gets a text of JSON as the object that it stands for.

    :param args: The arguments, in any form.
    """
    if not isinstance(cast("object", args), Mapping):
        return args
    given = cast("Mapping[str, object]", args)
    clusters = given.get("clusters")
    if not isinstance(clusters, (list, tuple)):
        return args
    clusters = cast("list[object]", clusters)
    return cast("Args", {**given, "clusters": [_with_text(it) for it in clusters]})


def kubeconfig_text(known: object) -> str:
    """The text of a kubeconfig that an output has: itself, or JSON of the object that it stands for.

    :param known: The output's value.
    """
    return known if isinstance(known, str) else json.dumps(known)


def _with_text(cluster: object) -> object:
    if not isinstance(cluster, Mapping):
        return cluster
    given = cast("Mapping[str, Any]", cluster)
    kubeconfig = given.get("kubeconfig")
    if not isinstance(kubeconfig, Mapping):
        return given
    known = cast("Mapping[str, Any]", kubeconfig)
    return {**given, "kubeconfig": pulumi.Output.secret(known).apply(kubeconfig_text)}


def read_federated_clusters(
    at: ArgPath,
    clusters: list[FederatedClusterArgs],
    delivery: PullDelivery,
    *,
    component: str,
    provided: Collection[str],
) -> list[FederatedClusterSpec]:
    """Reads the clusters.

    :param at: The argument that holds them.
    :param clusters: The clusters, in their declared form.
    :param delivery: What brings the pull secrets.
    :param component: The component's name.
    :param provided: Names of the clusters for which the program passes a Kubernetes provider.
    :raises ArgumentError: There is none; a cluster is malformed or given twice, or lacks what the delivery needs.
    """
    if not clusters:
        raise at.error("is empty: give at least one cluster that pulls")
    paths = [at / index for index in range(len(clusters))]
    ids = distinct_ids(
        [read_id(it / "cluster_id", given["cluster_id"], CLUSTER) for it, given in zip(paths, clusters, strict=True)]
    )
    found = [_read(*it, component) for it in zip(paths, clusters, ids, strict=True)]
    distinct_names([(it.at, it.name) for it in found])
    for cluster in found:
        _check_delivery(cluster, delivery, provided)
    unknown = sorted(set(provided) - {it.name.text for it in found})
    if unknown:
        names = ", ".join(repr(it.name.text) for it in found)
        raise ArgPath(at.component, f"kubernetes_providers['{unknown[0]}']").error(
            f"must be under the name of a cluster in this stack: {names}"
        )
    return found


def _read(at: ArgPath, cluster: FederatedClusterArgs, cluster_id: IdArgument, component: str) -> FederatedClusterSpec:
    name = called(at, cluster.get("name"), cluster_id)
    refresher = read_refresher(
        at / "refresher", cluster.get("refresher", RefresherArgs()), component=component, cluster=name.text
    )
    namespaces = _read_namespaces(at / "namespaces", cluster.get("namespaces", []), refresher)
    kubeconfig = cluster.get("kubeconfig")
    if isinstance(kubeconfig, str) and not kubeconfig.strip():
        raise (at / "kubeconfig").error("is empty: give the kubeconfig's text ('az aks get-credentials --file -')")
    return FederatedClusterSpec(at, cluster_id, name, namespaces, kubeconfig, refresher)


def _read_namespaces(
    at: ArgPath, namespaces: list[PullNamespaceArgs], refresher: RefresherSpec
) -> tuple[PullNamespace, ...]:
    found: list[PullNamespace] = []
    for index, given in enumerate(namespaces):
        name = given["name"]
        if not is_namespace_name(name):
            raise (at / index / "name").error(NAMESPACE_RULE)
        if name == refresher.namespace:
            raise (at / index / "name").error(
                f"'{name}' is the refresher's own namespace, in which nothing else may run, because its service account"
                " may pull: name another one, or set refresher.namespace"
            )
        if any(it.name == name for it in found):
            raise (at / index / "name").error(f"namespace '{name}' is named twice: remove one")
        found.append(_read_namespace(at / index, given))
    return tuple(found)


def _read_namespace(at: ArgPath, given: PullNamespaceArgs) -> PullNamespace:
    secret, accounts = given.get("secret_name", PULL_SECRET), given.get("service_accounts", [])
    if not is_object_name(secret):
        raise (at / "secret_name").error(OBJECT_NAME_RULE)
    for index, account in enumerate(accounts):
        if not is_object_name(account):
            raise (at / "service_accounts" / index).error(OBJECT_NAME_RULE)
        if account in accounts[:index]:
            raise (at / "service_accounts" / index).error(f"'{account}' is named twice: remove one")
    return PullNamespace(given["name"], secret, tuple(accounts))


def _check_delivery(cluster: FederatedClusterSpec, delivery: PullDelivery, provided: Collection[str]) -> None:
    has_provider = cluster.name.text in provided
    if cluster.kubeconfig is not None and has_provider:
        raise (cluster.at / "kubeconfig").error("contradicts kubernetes_providers, which has this cluster: omit one")
    if delivery is PullDelivery.NONE:
        return
    if not cluster.namespaces:
        raise (cluster.at / "namespaces").error("is missing: name the namespaces whose pods pull")
    if cluster.kubeconfig is None and not has_provider:
        raise (cluster.at / "kubeconfig").error(
            f"is missing: delivery '{delivery.value}' deploys into the cluster. Give the cluster's kubeconfig as a"
            " secret, pass a pulumi_kubernetes.Provider in kubernetes_providers (Python), or set delivery to 'none' and"
            " apply the output 'manifests' yourself"
        )
