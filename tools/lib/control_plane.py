"""A Kubernetes control plane for the sandbox's clusters: etcd, kube-apiserver and kube-controller-manager.

They are built from the Go module proxy by what needs them alone: `make test-kubernetes` and the demos of clusters.
Kubernetes is a module of its own in toolchain/, because it takes its staging modules from its own folders: each has a
`replace` by the release that belongs to it.
"""

from __future__ import annotations

from lib import toolchain

KUBERNETES = "k8s.io/kubernetes/cmd"
PROGRAMS = (
    toolchain.Program("etcd", "etcd", "half a minute"),
    toolchain.Program("kube-apiserver", "kubernetes", "three to four minutes", f"{KUBERNETES}/kube-apiserver", "2"),
    toolchain.Program(
        "kube-controller-manager", "kubernetes", "one minute more", f"{KUBERNETES}/kube-controller-manager", "2"
    ),
)


def ensure() -> None:
    """Build the programs that are not there, or whose pins have changed since."""
    toolchain.build(PROGRAMS, "the sandbox's clusters have a real Kubernetes API, built once")


def is_there() -> bool:
    """Whether all of them are there, built from the present pins."""
    return all(toolchain.is_built(program) for program in PROGRAMS)
