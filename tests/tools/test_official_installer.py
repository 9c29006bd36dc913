"""Pulumi by the installer of its own SDK, with a stand-in for that SDK.

Not proven here: that the real installer works. Where get.pulumi.com can be reached, `make setup` on a machine without
Pulumi runs it; where it cannot, nothing but the build from source is ever seen.
"""

from __future__ import annotations

import inspect
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.automation import PulumiCommand

from tests.tools.checkout_world import Checkout, is_running, write_executable

VERSION = "3.274.1"
FROM_SOURCE = ["language-python", "cli"]

FAKE_SDK = """\
import pathlib, subprocess, sys
bin = pathlib.Path({bin!r})

class PulumiCommand:
    @classmethod
    def install(cls, root, version):
        with (bin / "attempts").open("a") as attempts:
            print(version, file=attempts)
        def put(name, text="#!/bin/sh\\n"):
            file = pathlib.Path(root) / "bin" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            file.chmod(0o755)
        def put_all(version, lacking=None):
            put("pulumi", f"#!/bin/sh\\necho v{{version}}\\n")
            for name in ("python", "python-exec", "yaml", "nodejs"):
                if name != lacking:
                    put(f"pulumi-language-{{name}}")
        {behaviour}
"""

# The two seconds count from when the installer hangs: how long it takes until then is the machine's affair.
ENDS_WHEN_IT_HANGS = """\
import pathlib, threading, time, lib.official, lib.progress
lib.official.INSTALL_SECONDS = 2
class Timer(threading.Timer):
    def run(self):
        while not (pathlib.Path({pid!r}).exists() and pathlib.Path({pid!r}).read_text()):
            time.sleep(0.05)
        super().run()
lib.progress.threading.Timer = Timer
"""


class Reached:
    """A checkout with `.venv` there, an SDK whose installer does what the test says, and a `curl`."""

    def __init__(self, checkout: Checkout, proxy: str) -> None:
        self.checkout = checkout
        self._proxy = proxy
        checkout.put("curl")
        checkout.put_go()
        sdk = checkout.bin / "fake-sdk"
        python = f"#!/bin/sh\nPYTHONPATH='{sdk}' exec '{sys.executable}' \"$@\"\n"
        write_executable(checkout.root / ".venv" / "bin" / "python", python)
        (checkout.root / ".venv" / ".set-up").touch()
        self._module = sdk / "pulumi" / "automation.py"
        self._module.parent.mkdir(parents=True)
        (sdk / "pulumi" / "__init__.py").touch()

    def setup(self, behaviour: str, *options: str, prelude: str = "", code: int = 0, **environ: str) -> str:
        """Set-up with an installer that does this; what set-up printed."""
        self._module.write_text(FAKE_SDK.format(bin=str(self.checkout.bin), behaviour=behaviour))
        done = self.checkout.setup(*options, prelude=prelude, environ={"https_proxy": self._proxy, **environ})
        assert done.returncode == code, done.stderr
        # Whatever came of it, nothing half is left.
        assert not (self.checkout.root / ".tools" / "partial" / "official").exists()
        return done.stdout

    @property
    def attempts(self) -> list[str]:
        file = self.checkout.bin / "attempts"
        return file.read_text().splitlines() if file.exists() else []

    def text_of(self, name: str) -> str:
        return (self.checkout.built / name).read_text()


@pytest.fixture
def proxy() -> Iterator[str]:
    """An address that takes connections, which is all that set-up wants to know before it tries."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def reached(checkout: Checkout, proxy: str) -> Reached:
    return Reached(checkout, proxy)


def test_the_real_sdk_takes_what_the_installer_is_called_with() -> None:
    assert {"root", "version"} <= set(inspect.signature(PulumiCommand.install).parameters)


def test_official_pulumi_is_used_as_it_is(reached: Reached) -> None:
    said = reached.setup("put_all(version)")
    assert f"no pulumi on PATH, so Pulumi v{VERSION} comes by its official installer" in said
    assert "setup: Pulumi is ready" in said
    assert reached.attempts == [VERSION]
    assert f"echo v{VERSION}" in reached.text_of("pulumi")
    assert {file.name for file in reached.checkout.built.iterdir()} == {
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-language-yaml",
        "pulumi-language-nodejs",
    }
    # The host of YAML programs comes with it: tests have nothing to build.
    assert reached.setup("put_all(version)", "--tests") == ""
    assert reached.attempts == [VERSION]
    assert reached.checkout.builds() == []


def test_host_that_the_official_archive_lacks_is_built(reached: Reached) -> None:
    reached.setup("put_all(version, lacking='yaml')", "--tests")
    assert reached.checkout.builds() == ["language-yaml"]
    assert f"echo v{VERSION}" in reached.text_of("pulumi")


def test_unreachable_host_is_told_and_pulumi_is_built(reached: Reached) -> None:
    # Taken, so that no other program listens there.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        said = reached.setup("put_all(version)", https_proxy=address)
    assert "Pulumi's official installer cannot be used: 127.0.0.1 cannot be reached (Connection refused)" in said
    assert reached.attempts == []
    assert reached.checkout.builds() == FROM_SOURCE
    # Nor is it asked for again once there is a Pulumi.
    assert reached.setup("put_all(version)") == ""


def test_machine_without_curl_builds_at_once(reached: Reached) -> None:
    (reached.checkout.bin / "curl").unlink()
    said = reached.setup("put_all(version)")
    assert "Pulumi's official installer cannot be used: there is no curl on PATH" in said
    assert reached.attempts == []
    assert reached.checkout.builds() == FROM_SOURCE


def test_installer_that_hangs_is_ended_with_its_children_and_pulumi_is_built(reached: Reached) -> None:
    pid = reached.checkout.bin / "pid"
    child = "child = subprocess.Popen(['sleep', '600'])"
    hang = f"{child}; pathlib.Path({str(pid)!r}).write_text(str(child.pid)); child.wait()"
    path = f"{reached.checkout.bin}:{Path(str(shutil.which('sleep'))).parent}"
    said = reached.setup(hang, prelude=ENDS_WHEN_IT_HANGS.format(pid=str(pid)), PATH=path)
    assert "Pulumi's official installer cannot be used: it had not ended after 2 s" in said
    assert not is_running(int(pid.read_text()))
    assert reached.checkout.builds() == FROM_SOURCE


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("raise RuntimeError('403')", "it failed (.tools/log/official.log says why)"),
        ("put_all('3.99.0')", f"it installed v3.99.0, not v{VERSION}"),
        ("put_all(version, lacking='python')", "what it installed lacks pulumi-language-python"),
        ("put('pulumi', 'half a program'); put_all(version, lacking='python-exec')", "pulumi-language-python-exec"),
        ("pass", "what it installed lacks pulumi, pulumi-language-python, pulumi-language-python-exec"),
        ("put_all(version); put('pulumi', '#!/bin/sh\\nexit 1\\n')", "the pulumi that it installed does not run"),
        ("put_all(version); put('pulumi')", "it installed a version without a name"),
    ],
)
def test_wrong_or_partial_result_is_not_used(reached: Reached, behaviour: str, reason: str) -> None:
    said = reached.setup(behaviour)
    assert "Pulumi's official installer cannot be used: " in said
    assert reason in said
    assert reached.checkout.builds() == FROM_SOURCE
    assert reached.text_of("pulumi") == "cli"


def test_failed_attempt_is_not_made_again_at_the_next_start(reached: Reached) -> None:
    (reached.checkout.bin / "broken").write_text("cli")
    reached.setup("raise RuntimeError('403')", code=1)
    assert reached.attempts == [VERSION]
    (reached.checkout.bin / "broken").unlink()
    said = reached.setup("put_all(version)")
    assert "official" not in said
    assert reached.attempts == [VERSION]
    assert reached.text_of("pulumi") == "cli"


def test_changed_pin_installs_the_official_one_anew(reached: Reached) -> None:
    reached.setup("put_all(version)")
    pins = reached.checkout.root / "toolchain" / "cli" / "go.mod"
    pins.write_text(pins.read_text().replace(f"pulumi/pkg/v3 v{VERSION}", "pulumi/pkg/v3 v3.275.0"))
    reached.setup("put_all(version)")
    assert reached.attempts == [VERSION, "3.275.0"]
    assert "echo v3.275.0" in reached.text_of("pulumi")
