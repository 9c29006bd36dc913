"""The recipe for two real tenants in docs/sandbox-beliefs.md: short, and commands that a shell can read.

The requests of the middle steps are run in the sandbox. Not proven here: what Azure answers.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from crosstenant.model.federation import TOKEN_AUDIENCE
from crosstenant.sandbox.world import cluster_issuers, managed_identities, seed
from crosstenant.sandbox.world.open_questions import REGISTRY_EXCHANGE_TENANT
from crosstenant.sandbox.world.state import Store
from lib.federation_recipe import STEPS
from tests.cli.test_check_in_sandbox import assign_acr_pull


def test_it_has_at_most_ten_commands():
    assert len(STEPS) <= 10


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.does)
def test_bash_reads_each_command(step):
    assert "\n" not in step.command, "each is pasted as one line"
    done = subprocess.run(["bash", "-n", "-c", step.command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_command_prints_a_token():
    for step in STEPS:
        for answer in ("entra.json", "exchange.json"):
            if f"tee {answer}" in step.command:
                assert f"tee {answer} | sed 's/eyJ[^\"]*/(token)/'" in step.command


def test_it_settles_the_open_question_of_the_exchange():
    assert any(f"`{REGISTRY_EXCHANGE_TENANT.setting}`" in step.settles for step in STEPS)


def test_its_requests_sign_in_and_exchange_in_the_sandbox(inside: Store, tmp_path: Path):
    with inside.change() as state:
        identity = managed_identities.create(state, seed.IDENTITY_GROUP, "pull-test", "westeurope")
        cluster = state["resources"][seed.MANAGED_IDENTITY_CLUSTER.lower()]
        trust = {
            "name": "aks",
            "issuer": cluster_issuers.issuer_url(cluster),
            "subject": "system:serviceaccount:default:default",
            "audiences": [TOKEN_AUDIENCE],
        }
        identity[managed_identities.CREDENTIALS].append({**trust, "_usable_at": 0.0})
        assign_acr_pull(state, identity["properties"]["principalId"])
        token = cluster_issuers.service_account_token(state, cluster, "default", "default", TOKEN_AUDIENCE)
        client_id = identity["properties"]["clientId"]
    given = {
        "A": seed.CLUSTER_TENANT,
        "B": seed.REGISTRY_TENANT,
        "REGISTRY": "fabrikamimages",
        "CLIENT": client_id,
        "TOKEN": token,
        # curl's own name for it, which az and Python do not need.
        "CURL_CA_BUNDLE": os.environ["SSL_CERT_FILE"],
    }
    requests = [it.command for it in STEPS if "curl -s" in it.command or "base64 -d" in it.command]
    assert len(requests) == 3
    done = subprocess.run(
        ["bash", "-c", "\n".join(requests)], cwd=tmp_path, env={**os.environ, **given}, capture_output=True, text=True
    )
    assert '"access_token":"(token)"' in done.stdout.replace(": ", ":"), done.stdout + done.stderr
    assert token not in done.stdout
    # The last step shows what the registry's token says of itself.
    made, ends = (re.search(rf'"{name}":\s*(\d+)', done.stdout) for name in ("iat", "exp"))
    assert made, done.stdout
    assert ends, done.stdout
    assert int(ends[1]) - int(made[1]) == 3 * 3600
