"""Texts of the kubelet, of containerd and of the scheduler, by which a node's pull is judged."""

from __future__ import annotations

from typing import Final

from crosstenant.model.matched_texts.matched_text import MatchedText

_AUTHORIZER: Final = "https://github.com/containerd/containerd/blob/main/core/remotes/docker/authorizer.go"
_PULL_PAGE: Final = "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/extensions/cannot-pull-image-from-acr-to-aks-cluster"
_IMAGE: Final = '"contoso.azurecr.io/backend/api:1.0"'
_RESOLVING: Final = f"failed to pull and unpack image {_IMAGE}: failed to resolve reference {_IMAGE}: "
_ADDRESS: Final = (
    "https://contoso.azurecr.io/oauth2/token?scope=repository%3Abackend%2Fapi%3Apull&service=contoso.azurecr.io"
)

NODE_FIREWALL: Final = MatchedText(
    "containerd",
    "client with IP ... is not allowed access",
    (
        f"{_RESOLVING}unexpected status from HEAD request to https://contoso.azurecr.io/v2/backend/api/manifests/1.0:"
        " 403 Forbidden: denied: client with IP '20.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall to"
        " grant access.",
        f"{_RESOLVING}failed to authorize: failed to fetch oauth token: unexpected status from GET request to"
        f" {_ADDRESS}: 403 Forbidden",
        f"{_RESOLVING}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to"
        f" {_ADDRESS}: 403 Forbidden",
    ),
    f"{_PULL_PAGE} (cause 3)",
    pattern=r"is not allowed access|aka\.ms/acr/firewall|token: unexpected status[^,\]]*: 403 ",
)
NODE_CREDENTIAL_REFUSED: Final = MatchedText(
    "containerd",
    "failed to fetch oauth token: unexpected status ...: 401",
    (
        f"{_RESOLVING}failed to authorize: failed to fetch oauth token: unexpected status from GET request to"
        f" {_ADDRESS}: 401 Unauthorized",
        "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized",
    ),
    f"{_AUTHORIZER} (a credential was shown), {_PULL_PAGE} (cause 1a)",
    pattern=r"failed to fetch oauth token: unexpected status[^,\]]*: 401 ",
)
NODE_ANONYMOUS_REFUSED: Final = MatchedText(
    "containerd",
    "failed to fetch anonymous token: unexpected status ...: 401",
    (
        f"{_RESOLVING}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to"
        f" {_ADDRESS}: 401 Unauthorized",
    ),
    f"{_AUTHORIZER} (no credential was shown), {_PULL_PAGE} (cause 1b)",
    pattern=r"failed to fetch anonymous token: unexpected status[^,\]]*: 401 ",
)
NODE_PULL_DENIED: Final = MatchedText(
    "containerd",
    "401 Unauthorized or 403 Forbidden for a manifest or layer",
    (
        f"{_RESOLVING}unexpected status from HEAD request to https://contoso.azurecr.io/v2/backend/api/manifests/1.0:"
        " 403 Forbidden",
        f"{_RESOLVING}pulling from host contoso.azurecr.io failed with status code [manifests 1.0]: 401 Unauthorized",
        f"{_RESOLVING}pull access denied, repository does not exist or may require authorization: server message:"
        " insufficient_scope: authorization failed",
    ),
    "https://github.com/containerd/containerd/blob/main/core/remotes/docker/resolver.go and pusher.go, fetcher.go",
    pattern=r"/v2/[^ ]*: 40[13] |\[manifests [^\]]*\]: 40[13] |pull access denied|insufficient_scope",
)
NODE_PLATFORM_ABSENT: Final = MatchedText(
    "containerd",
    "no match for platform in manifest",
    (f"failed to pull and unpack image {_IMAGE}: no match for platform in manifest: not found",),
    f"{_PULL_PAGE} (cause 1b)",
)
NODE_IMAGE_ABSENT: Final = MatchedText(
    "containerd",
    "... : not found",
    (
        f"{_RESOLVING}contoso.azurecr.io/backend/api:1.0: not found",
        f"rpc error: code = NotFound desc = {_RESOLVING}contoso.azurecr.io/backend/api:1.0: not found",
        f"{_RESOLVING}unexpected status from HEAD request to https://contoso.azurecr.io/v2/backend/api/manifests/1.0:"
        " 404 Not Found",
    ),
    f"{_PULL_PAGE} (cause 2)",
    pattern=r"[:@][\w.:-]+: not found|manifest[^ ]* unknown|name unknown|/v2/[^ ]*: 404 ",
)
NODE_NOT_REACHING: Final = MatchedText(
    "containerd",
    "failed to do request",
    (
        f'{_RESOLVING}failed to do request: Head "https://contoso.azurecr.io/v2/backend/api/manifests/1.0": dial tcp:'
        " lookup contoso.azurecr.io: i/o timeout",
        f'{_RESOLVING}failed to do request: Head "https://contoso.azurecr.io/v2/backend/api/manifests/1.0": dial tcp'
        " 20.1.2.3:443: connect: connection refused",
        f"failed to pull and unpack image {_IMAGE}: failed to copy: httpReadSeeker: failed open: failed to do request:"
        ' Get "https://eusmanaged1.blob.core.windows.net/x//docker/registry/v2/blobs": dial tcp: i/o timeout',
        f"failed to pull and unpack image {_IMAGE}: failed to copy: read tcp 10.0.0.4:5->20.1.2.3:443: read: connection"
        " reset by peer",
        f"{_RESOLVING}unexpected status from HEAD request to https://contoso.azurecr.io/v2/backend/api/manifests/1.0:"
        " 503 Service Unavailable",
    ),
    f"{_PULL_PAGE} (causes 3 to 6)",
    pattern=(
        r"failed to do request|dial tcp|i/o timeout|connection (refused|reset)|no such host|deadline exceeded"
        r"|tls handshake|x509|unexpected EOF|unexpected status[^,\]]*: (429|5\d\d) "
    ),
)
POD_FORBIDDEN: Final = MatchedText(
    "Kubernetes",
    'pods is forbidden: User "..." cannot',
    (
        'Error from server (Forbidden): error when creating "STDIN": pods is forbidden: User "8f0c" cannot create'
        ' resource "pods" in API group "" in the namespace "default"',
        'Error from server (Forbidden): nodes is forbidden: User "8f0c" cannot list resource "nodes" in API group ""'
        " at the cluster scope",
        "error: You must be logged in to the server (Unauthorized)",
    ),
    "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/connectivity/resolve-az-aks-command-invoke-failures",
    pattern=r'is forbidden: User "[^"]*" cannot|must be logged in to the server',
)

KUBELET_TEXTS: Final = (
    NODE_FIREWALL,
    NODE_CREDENTIAL_REFUSED,
    NODE_ANONYMOUS_REFUSED,
    NODE_PULL_DENIED,
    NODE_PLATFORM_ABSENT,
    NODE_IMAGE_ABSENT,
    NODE_NOT_REACHING,
    POD_FORBIDDEN,
)
"""All of them, in the order in which they are read: see ``model/kubernetes/node_pull/verdict.py``."""
