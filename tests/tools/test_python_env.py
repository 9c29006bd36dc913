"""The Python environment, with a pip and a uv that only write down what they are asked.

Not proven here: that the packages fit together. `make setup` does that, and every test that follows it.
"""

from __future__ import annotations

import textwrap

from tests.tools.checkout_world import Checkout


def test_environment_is_made_by_uv_with_pip_in_it_and_compiled(checkout: Checkout) -> None:
    checkout.put_installers()
    first = checkout.setup(only="python")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("setup: Python packages into .venv, by uv (about half a minute) ...\n")
    own, venv, packages, package = checkout.installs()
    pinned = "--require-hashes --only-binary :all: -r toolchain/python"
    assert own == f"pip -m pip install {pinned}/uv.txt"
    assert venv.startswith("uv venv ")
    assert "--seed" not in venv.split(), "it would install the newest pip, whatever that is"
    assert "--no-python-downloads" in venv.split()
    assert packages.startswith("uv pip install --python ")
    assert packages.endswith(f" --compile-bytecode {pinned}/packages.txt")
    assert package.endswith(" --no-deps --no-build-isolation -e .")

    second = checkout.setup(only="python")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert checkout.installs() == []


def test_changed_pins_make_the_environment_anew(checkout: Checkout) -> None:
    checkout.put_installers()
    checkout.setup(only="python")
    left_behind = checkout.root / ".venv" / "package-of-an-older-pyproject"
    left_behind.touch()
    checkout.installs()
    with (checkout.root / "toolchain" / "python" / "packages.txt").open("a") as pins:
        pins.write("\n")
    assert checkout.setup(only="python").returncode == 0
    assert [line.split()[:2] for line in checkout.installs() if line.startswith("uv")] == [
        ["uv", "venv"],
        ["uv", "pip"],
        ["uv", "pip"],
    ]
    assert not left_behind.exists()


def test_settings_of_pip_reach_uv(checkout: Checkout) -> None:
    checkout.put_installers()
    (checkout.bin / "settings").write_text(
        "global.index-url='https://old.example/simple'\n:env:.index-url='https://pypi.example/simple'\n"
        "global.extra-index-url='https://a.example/simple https://b.example/simple'\nglobal.find-links='/a /b'\n"
    )
    assert checkout.setup(only="python").returncode == 0
    (seen,) = {line for line in checkout.installs() if line.startswith("UV_")}
    assert "UV_DEFAULT_INDEX=https://pypi.example/simple" in seen
    assert "UV_INDEX=https://a.example/simple https://b.example/simple" in seen
    assert "UV_FIND_LINKS=/a,/b" in seen


def test_pip_takes_over_where_there_is_no_uv(checkout: Checkout) -> None:
    checkout.put_installers()
    (checkout.bin / "refused").touch()
    # The pip of the new environment is a real one, which is told to use no index.
    done = checkout.setup(only="python")
    assert "cannot be had from PyPI (.tools/log/uv.log says why), so pip installs the packages" in done.stdout
    assert "setup: Python packages into .venv, by pip (a minute or two) ..." in done.stdout
    assert done.returncode == 1
    assert "-m pip ...` failed" in done.stderr
    assert "Traceback" not in done.stderr


def test_pip_takes_over_where_uv_fails_and_keeps_nothing_of_its_environment(checkout: Checkout) -> None:
    checkout.put_installers()
    (checkout.bin / "uv-broken").touch()
    done = checkout.setup(only="python")
    assert "uv could not install the packages (.tools/log/packages.log says why), so pip does" in done.stdout
    assert done.returncode == 1
    assert (checkout.root / ".venv" / "bin" / "pip").is_file()
    assert not (checkout.root / ".venv" / ".set-up").exists()


def test_pip_without_an_index_is_not_passed_over(checkout: Checkout) -> None:
    checkout.put_installers()
    (checkout.bin / "settings").write_text("global.no-index='true'\n")
    done = checkout.setup(only="python")
    assert "pip is told to use no index, so it installs the packages itself, without uv" in done.stdout
    assert checkout.installs() == []


def test_kubernetes_comes_into_a_folder_of_its_own_once(checkout: Checkout) -> None:
    checkout.put_installers()
    assert checkout.setup("--tests", only="kubernetes").returncode == 0
    install = next(line for line in checkout.installs() if line.startswith("uv pip install"))
    assert "--no-deps --target" in install
    assert install.endswith(" --require-hashes --only-binary :all: -r toolchain/python/kubernetes.txt")
    assert (checkout.root / ".tools" / "kubernetes").is_dir()
    second = checkout.setup("--tests", only="kubernetes")
    assert (second.returncode, second.stdout, checkout.installs()) == (0, "", [])


def test_python_without_venv_is_told_in_one_sentence(checkout: Checkout) -> None:
    prelude = textwrap.dedent("""
        import importlib.util
        find = importlib.util.find_spec
        importlib.util.find_spec = lambda name: None if name == "ensurepip" else find(name)
    """)
    done = checkout.setup("--tests", prelude=prelude, only="python")
    assert done.returncode == 1
    assert "has no `venv` module" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (checkout.root / ".venv").exists()
