"""``crosstenant check --stack``, where the state has another form than a stack's: one sentence, and no stack trace."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from crosstenant.cli.check import choosing
from crosstenant.cli.check import stack as module
from crosstenant.cli.check.chain import Report
from crosstenant.cli.check.choosing import ChainOptions, Probe
from crosstenant.cli.check.report import as_text
from crosstenant.cli.check.stack import StackError, export_stack
from crosstenant.sandbox.world import seed
from tests.changed_documents import ABSENT, places, with_value
from tests.cli.test_check_federated_stack import IDENTITY_CHILD, component
from tests.cli.test_check_stack import APP, APPLICATION, KEY, B, check, export, password, profile

FORGED = "x\x1b[2K\u202e\n  secret  ok"
_OTHER = (None, 1, True, [], {}, "", [1], {"a": 1}, FORGED, float("nan"), ABSENT)
WHOLE = export(
    APPLICATION,
    password(KEY, "2027-01-01T00:00:00Z"),
    profile(seed.CLUSTER, APP),
    check("check", B, seed.REGISTRY, repository="a/b", reference="v1"),
    component(),
    IDENTITY_CHILD,
)


def options(stack: str = "prod") -> ChainOptions:
    return ChainOptions(stack, Path(), False, (), (), APP, None, (), Probe())


def test_any_value_of_a_state_may_have_another_form(monkeypatch: pytest.MonkeyPatch):
    state: list[Any] = [WHOLE]
    monkeypatch.setattr(choosing, "export_stack", lambda *_, **__: state[0])
    assert options().chosen(None).chain.client_id == APP
    said: set[str] = set()
    for path in places(WHOLE):
        if not path:
            continue
        for value in _OTHER:
            state[0] = with_value(WHOLE, path, value)
            try:
                text = as_text(Report(options().chosen(None).chain, ()))
            except click.UsageError as refused:
                text = refused.format_message()
                said.add(text.partition(" (")[0])
            assert text.replace("\n", "").isprintable(), path
            assert "secret  ok" not in text.splitlines(), path
    assert "the stack's state has another form than the package's resources have" in said


@pytest.mark.parametrize(
    "printed", ["", "hello", "[]", "null", "NaN", '"x"', "[" * 100_000, "\ufeff{}", "warning: x\n{}", "1" * 5000]
)
def test_what_pulumi_prints_may_be_no_state(monkeypatch: pytest.MonkeyPatch, printed: str):
    done = subprocess.CompletedProcess(["pulumi"], 0, printed, "")
    monkeypatch.setattr(module.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(StackError, match="'pulumi stack export --stack prod' printed something else than a stack's"):
        export_stack("prod", Path(), show_secrets=False)


def test_another_program_of_that_name_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "pulumi"
    program.write_text("#!/bin/sh\nprintf 'usage:\\n\\033[2K'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(click.UsageError) as refused:
        options().chosen(None)
    assert "check which 'pulumi' is first on PATH" in refused.value.format_message()
    assert refused.value.format_message().isprintable()


def test_a_client_id_that_is_not_a_uuid_reaches_no_address(monkeypatch: pytest.MonkeyPatch):
    text = json.dumps(WHOLE).replace(APP, "x') or (appId eq '1")
    monkeypatch.setattr(choosing, "export_stack", lambda *_, **__: json.loads(text))
    with pytest.raises(click.UsageError, match="a client ID that is not a UUID"):
        options().chosen(None)
