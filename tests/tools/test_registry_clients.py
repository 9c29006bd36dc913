"""The second registry client: nothing outside the checkout is changed unless somebody asks for it."""

from __future__ import annotations

import os

import pytest

from tests.tools.checkout_world import ROOT, Checkout

APT = '#!/bin/sh\nbin=$(dirname "$0")\necho "apt-get $*" >>"$bin/apt"\nexec echo\n'
STEP = "second client"


def asked(checkout: Checkout) -> list[str]:
    """The command lines of apt-get."""
    file = checkout.bin / "apt"
    return file.read_text().splitlines() if file.exists() else []


@pytest.fixture(autouse=True)
def tools(checkout: Checkout) -> None:
    checkout.put("apt-get", APT)
    for name in ("dirname", "echo"):
        (checkout.bin / name).symlink_to(next(p for p in (f"/usr/bin/{name}", f"/bin/{name}") if os.access(p, os.X_OK)))
    checkout.put_go()


def test_set_up_builds_oras_and_never_calls_apt_get_by_itself(checkout: Checkout) -> None:
    done = checkout.setup("--tests", only=STEP)
    assert done.returncode == 0, done.stderr
    assert checkout.builds() == ["oras"]
    assert asked(checkout) == []
    assert "make setup-tests APT=1, as root, installs skopeo" in done.stdout


def test_apt_get_is_called_on_request(checkout: Checkout) -> None:
    done = checkout.setup("--tests", "--apt", only=STEP, prelude="import os; os.geteuid = lambda: 0")
    assert done.returncode == 0, done.stderr
    (line,) = asked(checkout)
    assert line.startswith("apt-get install --yes --no-install-recommends ")
    assert line.endswith(" skopeo")
    assert checkout.builds() == []


def test_a_request_that_cannot_be_met_is_refused_in_one_sentence(checkout: Checkout) -> None:
    done = checkout.setup("--tests", "--apt", only=STEP, prelude="import os; os.geteuid = lambda: 1000")
    assert done.returncode == 1
    assert "skopeo is installed with apt-get, and that takes root. Omit APT=1 to use oras" in done.stderr
    assert done.stderr.count("\n") == 1
    assert asked(checkout) == []


def test_make_passes_the_request_on_and_makes_none_of_its_own() -> None:
    makefile = (ROOT / "Makefile").read_text()
    calls = [line.strip() for line in makefile.splitlines() if "setup.py --tests" in line]
    assert len(calls) > 1
    assert all(line.endswith(" $(if $(APT),--apt)") for line in calls)
    assert makefile.count("--apt") == len(calls)
    assert "\nAPT ?=\n" in makefile
