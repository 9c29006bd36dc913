"""What Windows lacks, taken away here: modules, signals, a loop's signal handlers. A Windows job runs it for real.

Not proven here: how Windows itself ends a process, and what other packages do there (.github/workflows/ci.yml).
"""

from __future__ import annotations

import asyncio
import io
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosstenant.cli.main import main
from crosstenant.provider_kit import serving

PACKAGE = Path(__file__).parents[2] / "crosstenant"
PRODUCT = [
    ".".join(("crosstenant", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in sorted(PACKAGE.rglob("*.py"))
    if "sandbox" not in path.relative_to(PACKAGE).parts
]

# Python's own modules are imported first, as they are on this machine.
_IMPORT_ALL = """
    import asyncio, importlib, os, signal, sys

    names = sys.argv[1:]
    for name in names:
        importlib.import_module(name)
    for name in [it for it in sys.modules if it.split(".")[0] == "crosstenant"]:
        del sys.modules[name]
    for name in ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"):
        sys.modules[name] = None
    sys.platform = "win32"
    for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1"):
        vars(signal).pop(name, None)
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "geteuid", "getuid", "fork", "killpg", "setsid"):
        vars(os).pop(name, None)
    for name in names:
        importlib.import_module(name)
    print(len(names))
"""


def test_every_module_of_the_product_is_imported_without_what_windows_lacks():
    assert len(PRODUCT) > 120
    command = [sys.executable, "-c", textwrap.dedent(_IMPORT_ALL), *PRODUCT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(len(PRODUCT))]


class LoopOfWindows(asyncio.SelectorEventLoop):
    """A loop without handlers of signals."""

    def add_signal_handler(self, sig: int, callback: object, *args: object) -> None:
        raise NotImplementedError


def test_the_plugin_ends_when_the_engine_says_so():
    # Each plugin has a process group of its own.
    group: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    process = subprocess.Popen(
        [sys.executable, "-m", "crosstenant.plugin", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
        creationflags=group,
    )
    try:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
    finally:
        process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        process.communicate(timeout=240)
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="it has no SIGUSR1, and the test above sends the real event")
@pytest.mark.parametrize("name", ["SIGINT", "SIGBREAK"])
def test_the_engine_ends_the_plugin_where_a_loop_has_no_handlers_of_signals(name: str, monkeypatch: pytest.MonkeyPatch):
    # Windows' SIGBREAK stands here as another signal.
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    number = getattr(signal, name)

    async def until_it_is_told() -> str:
        ended = asyncio.Event()
        serving._when_the_engine_ends_it(ended.set)  # pyright: ignore[reportPrivateUsage]
        asyncio.get_running_loop().call_later(0.01, signal.raise_signal, number)
        await asyncio.wait_for(ended.wait(), 240)
        return "ended"

    kept = {it: signal.getsignal(it) for it in (signal.SIGINT, signal.SIGUSR1)}
    loop = LoopOfWindows()
    try:
        assert loop.run_until_complete(until_it_is_told()) == "ended"
    finally:
        loop.close()
        for it, handler in kept.items():
            signal.signal(it, handler)


def test_the_sandbox_says_that_it_does_not_run_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "win32")
    done = CliRunner().invoke(main, ["sandbox", "show"])
    assert done.exit_code == 1
    assert done.output == (
        "Error: the sandbox does not run on Windows: run it in WSL or in a Linux container; adopt and check run here\n"
    )


def test_a_name_that_the_code_page_lacks_is_printed_with_escapes(monkeypatch: pytest.MonkeyPatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    main.main(["check", "--help"], standalone_mode=False)
    print("Ämter \u6771\u4eac")
    sys.stdout.flush()
    assert raw.getvalue().decode("cp1252").splitlines()[-1] == "Ämter \\u6771\\u4eac"
