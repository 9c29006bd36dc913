"""Other people's programs that talk to a cluster, or sign in with a token of it, built from the Go module proxy.

- acr-credential-provider: the kubelet's own plugin for container registries, as AKS installs it on its nodes.
- external-secrets-generator: the generator of the External Secrets Operator for such a registry, with what the operator
  does with its answer. These are packages, so a `main` of ours calls them.
- kubectl. A module that another may require has its packages alone, so it has a `main` of ours too.
"""

from __future__ import annotations

from pathlib import Path

from lib import toolchain
from lib.checkout import TOOLS_BIN
from lib.progress import SetupError

CREDENTIAL_PROVIDER = toolchain.Program("acr-credential-provider", "acr-credential-provider", "one to two minutes")
GENERATOR = toolchain.Program("external-secrets-generator", "external-secrets-generator", "two to three minutes")
KUBECTL = toolchain.Program("kubectl", "kubectl", "one to two minutes")


def ensure_kubectl() -> None:
    """Build kubectl where it is not there, or where its pins have changed since."""
    toolchain.build([KUBECTL], "tests ask clusters with kubectl, built once")


def ensure_credential_provider() -> None:
    """Build acr-credential-provider where it is not there, or where its pins have changed since."""
    toolchain.build([CREDENTIAL_PROVIDER], "tests/clients asks the kubelet's credential provider, built once")


def ensure_generator() -> None:
    """Build external-secrets-generator where it is not there, or where its pins or its source have changed since."""
    toolchain.build([GENERATOR], "tests/kubernetes asks the External Secrets generator, built once")


def executable(program: toolchain.Program, command: str) -> Path:
    """One of them.

    Raises `SetupError` where it is not there, or was built from other pins: `command` is what builds it.
    """
    if not toolchain.is_built(program):
        raise SetupError(f"{program.name} is not in .tools/bin: run {command}")
    return TOOLS_BIN / program.name
