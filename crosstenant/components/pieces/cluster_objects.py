"""What the deliveries have in common when they deploy into a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi.resource_hooks import ResourceHookBinding

from crosstenant.components.arguments.federated_cluster_args import FederatedClusterSpec
from crosstenant.components.pieces.hooks import on_error
from crosstenant.components.pieces.kubernetes_advice import kubernetes_advice
from crosstenant.components.pieces.kubernetes_sdk import declare_object, declare_patch, kubernetes_provider
from crosstenant.components.pieces.replaceable import replaceable
from crosstenant.model.kubernetes.documents import Document, owned_by_stack


@dataclass(frozen=True)
class ClusterObjects:
    """Declares objects of one cluster, children of the component."""

    name: str
    """The component's name."""
    cluster: FederatedClusterSpec
    component: pulumi.Resource
    provider: pulumi.ProviderResource

    @classmethod
    def of(
        cls,
        name: str,
        cluster: FederatedClusterSpec,
        ready_made: Mapping[str, pulumi.ProviderResource],
        component: pulumi.Resource,
    ) -> ClusterObjects:
        """With the cluster's provider: the program's, or one that is made of the kubeconfig.

        :param name: The component's name.
        :param cluster: The cluster, whose arguments have either.
        :param ready_made: The program's providers, by name of a cluster in the stack.
        :param component: The component.
        """
        provider = ready_made.get(cluster.name.text)
        if provider is None:
            assert cluster.kubeconfig is not None, "checked with the arguments"

            def called(stack_name: str) -> str:
                return f"{name}-{stack_name}-kubernetes"

            provider = kubernetes_provider(
                called(cluster.name.text),
                cluster.kubeconfig,
                # Nothing in Azure: a program that passes a ready-made provider instead must be able to let go of it.
                replaceable(pulumi.ResourceOptions(parent=component, aliases=cluster.name.aliases(called))),
            )
        return cls(name, cluster, component, provider)

    def declare(
        self,
        part: str,
        document: Document,
        namespace: str | None = None,
        *,
        after: Sequence[pulumi.Resource] = (),
        ignore: Sequence[str] = (),
    ) -> pulumi.CustomResource:
        """Declares an object of the stack's own: an update repairs what another hand has changed.

        :param part: What tells it from the others of the cluster, or of the namespace.
        :param document: The object.
        :param namespace: The namespace that pulls, unless it is one of the refresher's own objects.
        :param after: What must exist before it.
        :param ignore: Properties whose changes are the cluster's own.
        """
        options = self._options(part, document, namespace, after, list(ignore) or None)
        return declare_object(self._called(part, namespace), owned_by_stack(document), options)

    def patch(
        self, part: str, document: Document, namespace: str, *, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.CustomResource:
        """Declares what is applied to an object of somebody else.

        :param part: What tells it from the others of the namespace.
        :param document: The part of the object.
        :param namespace: The namespace.
        :param after: What must exist before it.
        """
        options = self._options(part, document, namespace, after, None)
        return declare_patch(self._called(part, namespace), document, options)

    def _called(self, part: str, namespace: str | None, cluster: str | None = None) -> str:
        # A dot, which no namespace has: 'aks' and 'dev-team' must not become what 'aks-dev' and 'team' do.
        place = f".{namespace}" if namespace else ""
        return f"{self.name}-{cluster or self.cluster.name.text}{place}-{part}"

    def _options(
        self,
        part: str,
        document: Document,
        namespace: str | None,
        after: Sequence[pulumi.Resource],
        ignore: list[str] | None,
    ) -> pulumi.ResourceOptions:
        advice = kubernetes_advice(self.cluster.name.text, document)
        hooks = on_error(self._called(part, namespace), self.component, advice)
        own = pulumi.ResourceOptions(
            parent=self.component,
            provider=self.provider,
            depends_on=list(after),
            ignore_changes=ignore,
            hooks=ResourceHookBinding(on_error=hooks),
            aliases=self.cluster.name.aliases(lambda cluster: self._called(part, namespace, cluster)),
        )
        return replaceable(own)
