"""A stack of a throw-away Pulumi backend, driven through the command line as a user drives it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lib.checkout import search_path

Json = dict[str, Any]

_UNCHANGED = {"same", "read", "refresh"}
# A program may end in an error at the moment at which the engine calls one of its hooks: Pulumi closes its gRPC server
# with the call in it, which has no influence on the run (docs/errors.md, "Messages of Pulumi").
_CALL_CUT_OFF = re.compile(
    r"[^\n]*Traceback \(most recent call last\):\n"
    r"[^\n]*grpc/_cython/_cygrpc/aio/server\.pyx\.pxi\"[^\n]* in grpc\._cython\.cygrpc\._schedule_rpc_coro\n"
    r"[^\n]*GeneratorExit\n"
)


@dataclass(frozen=True)
class Change:
    """What one operation does to one resource."""

    op: str
    type: str
    name: str
    properties: tuple[str, ...]
    """The properties that differ, where Pulumi names them."""

    @property
    def is_infrastructure(self) -> bool:
        """Not one of Pulumi's own: the stack itself, an explicit provider."""
        return not self.type.startswith("pulumi:")


@dataclass(frozen=True)
class Outcome:
    """A finished command."""

    command: str
    code: int
    output: str
    seconds: float
    changes: list[Change] = field(default_factory=lambda: [])
    """What it did, or would do, in order; empty for commands that are no Pulumi operation."""
    errors: list[str] = field(default_factory=lambda: [])
    """Pulumi's error messages, each on one line."""

    def changed(self, type_token: str) -> Change | None:
        """The change of the one resource of this type, if there is one."""
        return next((change for change in self.changes if change.type == type_token), None)

    def says(self, *words: str) -> bool:
        """Whether the output holds all the words, whatever its line breaks."""
        flat = " ".join(self.output.split())
        return all(word in flat for word in words)


def run(command: list[str], *, cwd: Path, env: Mapping[str, str], shown: str) -> Outcome:
    """Run a command to its end, whatever its exit code."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return Outcome(shown, done.returncode, without_call_cut_off(done.stdout), time.monotonic() - start)


def without_call_cut_off(output: str) -> str:
    """``output`` without the trace that gRPC leaves of a call which the end of a failed program has cut off."""
    return _CALL_CUT_OFF.sub("", output)


class Stack:
    """One stack of one project; its backend, its configuration and its event logs live in a folder of their own."""

    def __init__(self, project: Path, name: str, folder: Path, *, environ: Mapping[str, str] | None = None) -> None:
        """
        :param project: The folder with Pulumi.yaml; nothing is written there.
        :param name: The stack's name.
        :param folder: Emptied and made anew.
        :param environ: The environment of its commands; this process's by default.
        """
        self._project, self._name, self._folder = project, name, folder
        self._events = 0
        # Environment variables for one tenant would reach the providers of both.
        surroundings = os.environ if environ is None else environ
        kept = {key: value for key, value in surroundings.items() if not key.startswith(("ARM_", "AZURE_"))}
        self._env = kept | {
            "PATH": search_path(),
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "local",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # Lets a command write its events to a file, as the Automation API has it do.
            "PULUMI_DEBUG_COMMANDS": "true",
        }
        self._env.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)

    def create(self, config: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        """Make the stack, with these values in its configuration."""
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "backend").mkdir(parents=True)
        # `stack init` writes the stack's configuration beside Pulumi.yaml, so it is shown a copy of that one.
        shutil.copy(self._project / "Pulumi.yaml", self._folder)
        plain = [word for key, value in config.items() for word in ("--plaintext", f"{key}={value}")]
        secret = [word for key, value in secrets.items() for word in ("--secret", f"{key}={value}")]
        for command in (["stack", "init", self._name, "--no-select"], ["config", "set-all", *plain, *secret]):
            selection = [] if command[0] == "stack" else ["--stack", self._name]
            done = run(
                ["pulumi", *command, *selection, "--non-interactive"], cwd=self._folder, env=self._env, shown=command[0]
            )
            if done.code:
                raise RuntimeError(f"pulumi {' '.join(command[:2])} failed:\n{done.output}")

    def operate(self, operation: str, *options: str, environ: Mapping[str, str] | None = None) -> Outcome:
        """`preview`, `up` or `destroy`, not interactive; `up` and `destroy` without the preview beforehand.

        :param operation: The operation.
        :param options: Further options of its command.
        :param environ: Environment variables beside those of the stack.
        """
        self._events += 1
        log = self._folder / f"{self._events:02}-{operation}.events.jsonl"
        approve = [] if operation == "preview" else ["--yes", "--skip-preview"]
        config = str(self._folder / f"Pulumi.{self._name}.yaml")
        plumbing = ["--stack", self._name, "--config-file", config, "--event-log", str(log)]
        done = run(
            ["pulumi", operation, *options, *approve, *plumbing, "--non-interactive", "--color", "never"],
            cwd=self._project,
            env={**self._env, **(environ or {})},
            shown=" ".join(["pulumi", operation, *options]),
        )
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return replace(done, changes=_changes(events), errors=_errors(events))

    def resources(self) -> list[Json]:
        """The resources in the stack's state; secrets stay encrypted."""
        done = subprocess.run(
            ["pulumi", "stack", "export", "--stack", self._name],
            cwd=self._folder,
            env=self._env,
            text=True,
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)["deployment"].get("resources", [])

    def command(self, *words: str) -> Outcome:
        """Any other command, in the stack's environment."""
        return run(list(words), cwd=self._project, env=self._env, shown=" ".join(words))


def _changes(events: list[Json]) -> list[Change]:
    """The changes in an event log; those that a refresh found are left out, the plan names them again."""
    changes: list[Change] = []
    for event in events:
        metadata = event.get("resourcePreEvent", {}).get("metadata")
        if metadata and metadata["op"] not in _UNCHANGED:
            name = metadata["urn"].rsplit("::", 1)[-1]
            properties = tuple(metadata.get("detailedDiff") or metadata.get("diffs") or ())
            changes.append(Change(metadata["op"], metadata["type"], name, properties))
    return changes


def _errors(events: list[Json]) -> list[str]:
    diagnostics = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]
    return [" ".join(one["message"].split()) for one in diagnostics if one["severity"] == "error"]
