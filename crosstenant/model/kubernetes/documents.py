"""Documents of the Kubernetes API as plain values, and what all of them share.

A value that a program may not know yet (an ID, a host, a text with one in it) is an ``object`` here: it is placed into
the document as it is, so that a component can place an output there, and the manifests a string.
"""

from __future__ import annotations

from typing import Final, cast

Document = dict[str, object]
"""An object of the Kubernetes API in its own spelling: ``{"apiVersion": "v1", "kind": "Secret", ...}``."""

MANAGED_BY: Final = {"app.kubernetes.io/managed-by": "crosstenant"}
"""The label of every object."""


def document(
    api_version: str,
    kind: str,
    name: str,
    namespace: str | None = None,
    *,
    labels: dict[str, str] | None = None,
    annotations: dict[str, object] | None = None,
    **content: object,
) -> Document:
    """A document with the label of all.

    :param api_version: ``v1``, ``batch/v1``.
    :param kind: ``Secret``.
    :param name: The object's name.
    :param namespace: Its namespace; ``None`` for an object of the whole cluster.
    :param labels: More labels.
    :param annotations: Its annotations.
    :param content: The rest, in the API's spelling.
    """
    metadata: dict[str, object] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    metadata["labels"] = {**MANAGED_BY, **(labels or {})}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def owned_by_stack(found: Document) -> Document:
    """The document as a stack declares it: an update repairs what another hand has changed.

    Server-side apply otherwise ends in a conflict with the client that changed a field, ``kubectl patch`` for instance.
    https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources

    :param found: A document of an object that is the stack's own.
    """
    metadata = cast("dict[str, object]", found["metadata"])
    annotations = cast("dict[str, object]", metadata.get("annotations", {}))
    return {**found, "metadata": {**metadata, "annotations": {**annotations, **_FORCED}}}


_FORCED: Final = {"pulumi.com/patchForce": "true"}


def pull_secrets_of(service_account: str, namespace: str, secret: str) -> Document:
    """The part of a service account that names its pull secret, for a server-side apply.

    Kubernetes knows this list as one value: a client that applies it owns all of it
    (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy). A service account that has pull
    secrets by another hand is therefore a conflict, which Kubernetes reports.

    :param service_account: A service account that exists.
    :param namespace: Its namespace.
    :param secret: The pull secret.
    """
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": service_account, "namespace": namespace},
        "imagePullSecrets": [{"name": secret}],
    }
