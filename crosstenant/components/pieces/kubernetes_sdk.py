"""Documents of the Kubernetes API as resources of pulumi-kubernetes, for programs that deliver pull secrets.

pulumi-kubernetes is loaded here and nowhere else: the engine asks for the plugin of every Pulumi package that a program
can import, and most programs have no use for this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import pulumi

from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.federated_cluster_args import kubeconfig_text
from crosstenant.model.kubernetes.documents import Document, owned_by_stack

_CLASSES: Final = {
    ("v1", "ConfigMap"): "core.v1",
    ("v1", "Namespace"): "core.v1",
    ("v1", "Secret"): "core.v1",
    ("v1", "ServiceAccount"): "core.v1",
    ("batch/v1", "CronJob"): "batch.v1",
    ("batch/v1", "Job"): "batch.v1",
    ("rbac.authorization.k8s.io/v1", "Role"): "rbac.v1",
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): "rbac.v1",
}
"""The module of pulumi-kubernetes that has the class for a kind; other kinds are custom resources of the cluster."""


def check_installed(at: ArgPath) -> None:
    """Checks that pulumi-kubernetes can be loaded.

    :param at: The argument that needs it.
    :raises ArgumentError: It is not installed.
    """
    try:
        import_module("pulumi_kubernetes")
    except ImportError:
        raise at.error(
            "needs pulumi-kubernetes, which is not installed: pip install 'pulumi-crosstenant[kubernetes]'. Or set"
            " delivery to 'none', and apply the output 'manifests' yourself"
        ) from None


def kubernetes_provider(
    name: str, kubeconfig: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.ProviderResource:
    """Declares a provider of one cluster.

    :param name: Its name in the stack.
    :param kubeconfig: The kubeconfig. Secret.
    :param opts: Its options.
    """
    return _class("provider", "Provider")(
        name,
        kubeconfig=pulumi.Output.secret(kubeconfig).apply(kubeconfig_text),
        # Otherwise another configuration would delete the ConfigMap before it is made again, and a pod that starts in
        # between would wait for it.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        opts=opts,
    )


def declare_object(name: str, document: Document, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Declares the resource for a document, which an update repairs.

    :param name: Its name in the stack.
    :param document: The document; values in it may be outputs.
    :param opts: Its options.
    """
    api_version, kind = str(document["apiVersion"]), str(document["kind"])
    document = owned_by_stack(document)
    module = _CLASSES.get((api_version, kind))
    if module is None:
        custom = _class("apiextensions", "CustomResource")
        return custom(
            name,
            api_version=api_version,
            kind=kind,
            metadata=document["metadata"],
            spec=document["spec"],
            opts=opts,
        )
    return _class(module, kind)(name, opts=opts, **_arguments(document))


def declare_patch(name: str, document: Document, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Declares what is applied to an object that exists already, and taken back when the resource is deleted.

    :param name: Its name in the stack.
    :param document: The part of the object.
    :param opts: Its options.
    """
    module = _CLASSES[str(document["apiVersion"]), str(document["kind"])]
    return _class(module, f"{document['kind']}Patch")(name, opts=opts, **_arguments(document))


def _class(module: str, name: str) -> Any:
    return getattr(import_module(f"pulumi_kubernetes.{module}"), name)


def _arguments(document: Mapping[str, object]) -> dict[str, object]:
    return {_snake_case(key): value for key, value in document.items() if key not in ("apiVersion", "kind")}


def _snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
