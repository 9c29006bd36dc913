"""Pulumi for this checkout: an installed one as it is, else the official one, else one built from source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lib import official
from lib.checkout import TOOLS_BIN, installed
from lib.progress import SetupError, say
from lib.toolchain import Program, build, cli_version, is_built, locked

# The small ones first: a problem with Go or with the connection to the module proxy appears within seconds.
PYTHON_HOST = Program("pulumi-language-python", "language-python", "about half a minute")
YAML_HOST = Program("pulumi-language-yaml", "language-yaml", "about half a minute")
CLI = Program("pulumi", "cli", "three to four minutes")


def ensure(yaml: bool, venv: Callable[[], bool]) -> None:
    """See to it that there is a Pulumi; what is missing comes into `.tools/bin`, each part once.

    `yaml` asks for the host of YAML programs too. `venv` waits for `.venv` and says whether it is there.

    Raises `SetupError` where an installed Pulumi lacks its Python host, where there is no Go and none can be had, and
    where a download or a build fails.
    """
    own = installed("pulumi")
    if own:
        _check_hosts(own, yaml)
        return
    programs = [PYTHON_HOST, *([YAML_HOST] if yaml else []), CLI]
    if _is_there(programs):
        return
    with locked("pulumi-install"):
        # A CLI that was built here stays; only a host is missing beside it.
        if not (_is_there(programs) or is_built(CLI) or official.is_there(cli_version())):
            official.install(cli_version(), venv)
        if official.is_there(cli_version()):
            programs = [program for program in programs if not (TOOLS_BIN / program.name).is_file()]
        if programs:
            build(programs, "no pulumi on PATH, so it is built from the Go module proxy into .tools/bin, once")


def _is_there(programs: list[Program]) -> bool:
    by_installer = official.is_there(cli_version())
    return all((by_installer and (TOOLS_BIN / program.name).is_file()) or is_built(program) for program in programs)


def _check_hosts(pulumi: Path, yaml: bool) -> None:
    """Language hosts lie on PATH or beside the CLI."""
    for language in ("python", "yaml") if yaml else ("python",):
        host = f"pulumi-language-{language}"
        if installed(host) or (pulumi.resolve().parent / host).exists():
            continue
        problem = f"{pulumi} is used as it is, but its {language} host ({host}) is neither on PATH nor beside it."
        remedy = "Install Pulumi whole, or take it off PATH: then .tools/bin gets one."
        if language == "python":
            raise SetupError(f"{problem} {remedy}")
        say(f"setup: {problem} Tests that run a {language} program need it. {remedy}")
