"""Programs with which the operator of a cluster works: kubectl, and the External Secrets generator."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from crosstenant.sandbox.host.server import Sandbox
from tests.kubernetes.cluster_world import Cluster


class Generator:
    """The External Secrets generator, asked in a namespace."""

    def __init__(self, executable: Path, azure: Sandbox, cluster: Cluster, namespace: str) -> None:
        self._command = [executable, namespace]
        self._environ = {**azure.surroundings(), "KUBECONFIG": str(cluster.kubeconfig_file)}

    def ask(self, document: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command,
            input=json.dumps(document),
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def secret(self, document: Any) -> dict[str, str]:
        """What the operator would write into the pull secret."""
        done = self.ask(document)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refusal(self, document: Any) -> str:
        """What the operator would write into the status of its object."""
        done = self.ask(document)
        assert done.returncode != 0, done.stdout
        return done.stderr


class Kubectl:
    """kubectl with an administrator's kubeconfig."""

    def __init__(self, executable: Path, azure: Sandbox, cluster: Cluster, home: Path) -> None:
        self._command = [str(executable), "--kubeconfig", str(cluster.kubeconfig_file)]
        self._environ = {**azure.surroundings(), "HOME": str(home)}

    def run(self, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *words],
            input=given,
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ok(self, *words: str, given: str = "") -> str:
        done = self.run(*words, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def may(self, account: str, *words: str) -> bool:
        """Whether a service account may do something: ``may("ns:name", "patch", "secret/pull", "-n", "apps")``."""
        answer = self.run("auth", "can-i", *words, "--as", f"system:serviceaccount:{account}").stdout.strip()
        assert answer in ("yes", "no")
        return answer == "yes"
