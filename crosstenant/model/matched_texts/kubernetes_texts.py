"""Texts of a cluster's API server, and of pulumi-kubernetes about it."""

from __future__ import annotations

from typing import Final

from crosstenant.model.matched_texts.matched_text import MatchedText

_PROVIDER: Final = "https://github.com/pulumi/pulumi-kubernetes/blob/v4.34.2/provider/pkg/"

CLUSTER_UNREACHABLE: Final = MatchedText(
    "pulumi-kubernetes",
    "configured Kubernetes cluster is unreachable",
    (
        "configured Kubernetes cluster is unreachable: unable to load schema information from the API server: the"
        " server has asked for the client to provide credentials",
        "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from"
        " Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to"
        ' "true"',
    ),
    f"{_PROVIDER}provider/provider.go",
)
FIELD_CONFLICT: Final = MatchedText(
    "pulumi-kubernetes",
    "had an apply conflict",
    (
        "Server-Side Apply field conflict detected. See https://www.pulumi.com/registry/packages/kubernetes/"
        "how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for"
        ' troubleshooting help.\nThe resource managed by field manager "pulumi-kubernetes-51b738f0" had an apply'
        ' conflict: Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: .imagePullSecrets',
    ),
    f"{_PROVIDER}await/await.go",
)
NAMESPACE_MISSING: Final = MatchedText(
    "Kubernetes",
    'namespaces "..." not found',
    ('namespaces "shop" not found',),
    "https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go (NewNotFound)",
    pattern=r'namespaces "(?P<name>[^"]+)" not found',
)
ACCESS_FORBIDDEN: Final = MatchedText(
    "Kubernetes",
    'is forbidden: User "..." cannot ... resource',
    (
        'secrets "registry-pull" is forbidden: User "jane" cannot patch resource "secrets" in API group "" in the'
        ' namespace "shop"',
    ),
    "https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/responsewriters/errors.go",
    pattern=r'is forbidden: User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)"',
)

KUBERNETES_TEXTS: Final = (CLUSTER_UNREACHABLE, FIELD_CONFLICT, NAMESPACE_MISSING, ACCESS_FORBIDDEN)
"""All of them."""
