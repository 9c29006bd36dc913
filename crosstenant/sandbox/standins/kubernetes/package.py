"""The kubernetes provider: its configuration. It asks the cluster only when a resource needs it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from crosstenant.provider_kit.dispatch import Package, Served
from crosstenant.provider_kit.fields import Field, Fields
from crosstenant.provider_kit.resource import CustomResource, Failure, Properties
from crosstenant.sandbox.standins.kubernetes.api import Api, ClusterApi
from crosstenant.sandbox.standins.kubernetes.cluster import Cluster
from crosstenant.sandbox.standins.kubernetes.kubeconfig import read_kubeconfig
from crosstenant.sandbox.standins.kubernetes.rendered import RenderedApi
from crosstenant.sandbox.standins.kubernetes.resource import of_token
from crosstenant.sandbox.standins.schema import package_schema
from crosstenant.sandbox.standins.settings import Settings
from crosstenant.sandbox.standins.unknown import unknown_arguments

VERSION = "4.34.2"

# Neither the real SDK nor the provider marks anything as secret: a plain kubeconfig stands in clear in the state.
CONFIG: Fields = {
    "context": Field("string"),
    "deleteUnreachable": Field("boolean"),
    "enableConfigMapMutable": Field("boolean"),
    "enableSecretMutable": Field("boolean"),
    "enableServerSideApply": Field("boolean"),
    "kubeconfig": Field("string"),
    "namespace": Field("string"),
    "renderYamlToDirectory": Field("string"),
    "suppressDeprecationWarnings": Field("boolean"),
    "upsertExistingObjects": Field("boolean"),
}


class Kubernetes(Package):
    """The package."""

    def __init__(self) -> None:
        """Asks no cluster yet."""
        self._api: Api | None = None

    def schema(self) -> str:
        """The provider's arguments; a program in YAML cannot use the stand-in's resources."""
        return package_schema("kubernetes", VERSION, CONFIG, {}, {})

    async def check_config(self, config: Properties) -> tuple[Properties, list[Failure]]:
        """Takes the arguments that there are as they are."""
        return config, unknown_arguments("kubernetes", config, CONFIG)

    async def configure(self, config: Properties) -> Served:
        """Makes what serves each kind.

        :raises OperatorError: The kubeconfig cannot be read.
        """
        cluster = prepare(config, os.environ)
        self._api = cluster.api
        return Served(_Kinds(cluster))

    async def close(self) -> None:
        """Closes the connections to the cluster."""
        if self._api is not None:
            await self._api.close()


def prepare(config: Properties, environ: Mapping[str, str]) -> Cluster:
    """The cluster that the provider's arguments name.

    :param config: The arguments.
    :param environ: Variables that count where an argument is missing.
    """
    settings = Settings(config, environ)
    text = settings.text("kubeconfig", "KUBECONFIG")
    rendered = settings.text("renderYamlToDirectory")
    access = read_kubeconfig(text, settings.text("context")) if text and not rendered else None
    return Cluster(
        api=RenderedApi(Path(rendered)) if rendered else ClusterApi(access) if access else None,
        renders=bool(rendered),
        namespace=settings.text("namespace") or (access.namespace if access else ""),
        config_maps_change=settings.flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
        secrets_change=settings.flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
        lets_go=settings.flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
        upserts=settings.flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    )


class _Kinds(dict[str, CustomResource[Cluster]]):
    """The resource types, each made when it is first asked for: a cluster may know any kind."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self._cluster = cluster

    def get(self, token: str, default: object = None) -> CustomResource[Cluster] | None:  # type: ignore[override]
        if token not in self:
            kind = of_token(token)
            if kind is None:
                return None
            self[token] = kind(self._cluster)
        return self[token]
