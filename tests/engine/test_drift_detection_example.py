"""The example drift-detection: its stack and its script, run as they are in a job whose token changes each time."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.world import drift, seed
from lib.sandbox import CONFIG
from lib.stack import Outcome, Stack
from tests.engine.engine_world import Azure

EXAMPLE = Path(__file__).parents[2] / "examples" / "drift-detection"
CALLERS = {"CLUSTER_CLIENT_ID": seed.CLUSTER_CALLER_ID, "REGISTRY_CLIENT_ID": seed.REGISTRY_CALLER_ID}


class Jobs:
    """The address where jobs of a pipeline ask for their ID token, each with a request token of its own."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure
        self._number = 0
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator[Jobs]:
        jobs = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                good = self.headers.get("Authorization") == f"Bearer {jobs.token}"
                state = jobs._azure.state
                value = federated_token(state, seed.GITHUB_ISSUER, seed.GITHUB_SUBJECT, seed.FEDERATION_AUDIENCE)
                self.send_response(200 if good else 401)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"value": value} if good else {"message": "expired"}).encode())

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}/token?api-version=2.0"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()

    @property
    def token(self) -> str:
        """The request token of the job that runs now."""
        return f"request-token-of-job-{self._number}"

    def next(self) -> dict[str, str]:
        """The variables of the next job; the token of the one before is worth nothing from now on."""
        self._number += 1
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": self.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": self.token, **CALLERS}


@pytest.fixture
def jobs(azure: Azure) -> Iterator[Jobs]:
    with Jobs(azure).serving() as jobs:
        yield jobs


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example, as somebody's repository."""
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLE, folder)
    settings = (folder / "Pulumi.yaml").read_text()
    (folder / "Pulumi.yaml").write_text(settings.replace("../../.venv", str(EXAMPLE.parents[1] / ".venv")))
    return folder


def test_the_script_finds_drift_with_each_jobs_own_token(azure: Azure, jobs: Jobs, project: Path, tmp_path: Path):
    stack = Stack(project, "test", tmp_path / "stack", environ=azure.environ)
    stack.create({name: value for name, value in CONFIG.items() if not name.endswith("ClientId")}, {})
    shutil.copy(tmp_path / "stack" / "Pulumi.test.yaml", project)
    summary = tmp_path / "summary.md"

    def run(*words: str) -> Outcome:
        variables = {**jobs.next(), "RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(summary)}
        given = [f"{name}={value}" for name, value in variables.items()]
        return stack.command("env", *given, sys.executable, "with_job_token.py", *words)

    up = run("pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test")
    assert up.code == 0, up.output
    client_id = next(it["appId"] for it in azure.state["applications"].values() if it["displayName"] == "images (test)")

    quiet = run("./detect-drift.sh", "test")
    assert quiet.code == 0, quiet.output
    assert not (project / "drift-report.md").exists()

    writes = len(azure.writes)
    azure.change(lambda state: drift.remove_role_assignment(state, "fabrikamimages", client_id))
    found = run("./detect-drift.sh", "test")
    assert found.code == 1, found.output
    assert azure.writes[writes:] == [], "looking changes nothing"
    report = (project / "drift-report.md").read_text()
    assert "The chain is broken: role fabrikamimages (registry tenant), pull fabrikamimages" in report
    assert "images-fabrikamimages-pull-role" in report
    assert summary.read_text() == report
    assert jobs.token not in report

    azure.change(
        lambda state: drift.application(state, seed.REGISTRY_CALLER_ID)["_federatedIdentityCredentials"].clear()
    )
    blind = run("./detect-drift.sh", "test")
    assert blind.code == 2, blind.output
    assert blind.says(f"cannot sign in to tenant {seed.REGISTRY_TENANT}"), blind.output


def test_the_workflow_runs_the_script_with_an_id_token():
    workflow = yaml.safe_load((EXAMPLE / ".github" / "workflows" / "drift.yml").read_text())
    detect, report = workflow["jobs"]["detect"], workflow["jobs"]["report"]
    assert detect["permissions"] == {"contents": "read", "id-token": "write"}
    assert report["permissions"] == {"issues": "write"}
    (step,) = [step for step in detect["steps"] if "detect-drift" in step.get("run", "")]
    _, wrapper, script, *_ = step["run"].split()
    assert (EXAMPLE / wrapper).is_file()
    assert (EXAMPLE / script).stat().st_mode & stat.S_IXUSR
    assert set(step["env"]) >= set(CALLERS)


@pytest.mark.parametrize(
    ("script", "code", "output"),
    [("true", 0, ""), ("touch drift-report.md; false", 1, "report=yes\n"), ("exit 2", 2, "")],
)
def test_the_workflow_reports_what_the_script_has_written_and_passes_its_exit_code_on(
    tmp_path: Path, script: str, code: int, output: str
):
    workflow = yaml.safe_load((EXAMPLE / ".github" / "workflows" / "drift.yml").read_text())
    (step,) = [step for step in workflow["jobs"]["detect"]["steps"] if step.get("id") == "detect"]
    line = step["run"].replace("python with_job_token.py ./detect-drift.sh prod", f"sh -c '{script}'")
    outputs = tmp_path / "outputs"
    outputs.touch()
    environ = {"PATH": "/usr/bin:/bin", "GITHUB_OUTPUT": str(outputs)}
    done = subprocess.run(["bash", "-e", "-c", line], cwd=tmp_path, env=environ, check=False)
    assert (done.returncode, outputs.read_text()) == (code, output)
