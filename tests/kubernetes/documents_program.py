"""A Pulumi program of Kubernetes documents, one resource for each, and its stack.

The resources have no class: the program needs no pulumi_kubernetes, and what is tested is the provider plugin alone.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from crosstenant.model.kubernetes.documents import Document
from lib.stack import Stack

_PROGRAM = '''
    """Declares the documents of documents.json, each after the one before it."""

    import json
    from pathlib import Path

    import pulumi


    def token(document):
        group, _, version = document["apiVersion"].rpartition("/")
        return f"kubernetes:{group or 'core'}/{version}:{document['kind']}"


    cluster = pulumi.ProviderResource(
        "kubernetes",
        "cluster",
        {
            "kubeconfig": Path("kubeconfig").read_text(),
            "enableConfigMapMutable": True,
            "enableSecretMutable": True,
        },
        pulumi.ResourceOptions(version=Path("version").read_text()),
    )
    before = None
    for document in json.loads(Path("documents.json").read_text()):
        metadata = document["metadata"]
        before = pulumi.CustomResource(
            token(document),
            "-".join([document["kind"], metadata.get("namespace", ""), metadata["name"]]),
            document,
            pulumi.ResourceOptions(
                provider=cluster,
                depends_on=before,
                # What the refresher writes there.
                ignore_changes=["data", "stringData"] if document["kind"] == "Secret" else None,
            ),
        )
'''


class DocumentsStack:
    """A stack whose program declares the documents that were written last."""

    def __init__(self, folder: Path, kubeconfig: str, version: str, environ: Mapping[str, str]) -> None:
        """
        :param folder: A folder of its own.
        :param kubeconfig: The text of the cluster's kubeconfig.
        :param version: The version of the provider plugin.
        :param environ: The environment of its commands.
        """
        self._project = folder / "project"
        self._project.mkdir(parents=True)
        (self._project / "Pulumi.yaml").write_text(json.dumps({"name": "documents", "runtime": "python"}))
        (self._project / "__main__.py").write_text(textwrap.dedent(_PROGRAM))
        (self._project / "kubeconfig").write_text(kubeconfig)
        (self._project / "version").write_text(version)
        self.write([])
        self._stack = Stack(self._project, "test", folder / "stack", environ=environ)
        self._stack.create({}, {})
        self.operate = self._stack.operate
        self.resources = self._stack.resources

    def write(self, documents: Sequence[Document]) -> None:
        """Writes the documents that the next operation declares."""
        (self._project / "documents.json").write_text(json.dumps(documents))
