"""The archive that the engine downloads: installed from a file here, in the cache, without the checkout.

The language host is emulated (language_host.py). That a release offers the archives is not shown here.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

import pytest

from crosstenant._version import VERSION
from crosstenant.plugin_search import cache_folder, search
from lib.checkout import ROOT
from lib.stack import run
from plugin_archive import PLATFORMS, write_archives
from tests.packaging.distribution import build
from tests.packaging.language_host import install


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("dist")
    return write_archives(build(ROOT, folder)[1], folder / "plugin")


def test_there_is_one_for_each_platform_with_the_name_that_the_engine_asks_for(archives: list[Path]):
    assert [it.name for it in archives] == [f"pulumi-resource-crosstenant-v{VERSION}-{it}.tar.gz" for it in PLATFORMS]


def test_it_installs_the_wheel_in_it_with_the_pins_in_it(archives: list[Path]):
    wheel = f"pulumi_crosstenant-{VERSION}-py3-none-any.whl"
    for path in archives:
        with tarfile.open(path) as archive:
            names = set(archive.getnames())
            requirements = archive.extractfile("requirements.txt")
            assert requirements is not None
            assert requirements.read().decode().split() == ["-c", "constraints.txt", f"./{wheel}"]
        assert names == {"PulumiPlugin.yaml", "__main__.py", "requirements.txt", "constraints.txt", "LICENSE", wheel}


@pytest.mark.engine
@pytest.mark.large
def test_pulumi_installs_it_into_its_cache_and_runs_it(
    archives: list[Path], outside: dict[str, str], surroundings: dict[str, str], tmp_path: Path
):
    host = install(tmp_path / "host")
    environ = {**outside, "PATH": f"{host}{os.pathsep}{outside['PATH']}"}
    words = ["plugin", "install", "resource", "crosstenant", VERSION, "--file", str(archives[0])]
    try:
        done = run(["pulumi", *words], cwd=tmp_path, env=environ, shown="pulumi plugin install")
        assert done.code == 0, done.output
        found = search(VERSION, None, environ)
        assert found is not None
        assert (found.place, found.exists) == ("cache", True)
        project = tmp_path / "project"
        project.mkdir()
        (project / "Pulumi.yaml").write_text(
            "name: archive\nruntime: yaml\nresources:\n  identity:\n    type: crosstenant:PullIdentity\n"
            "    properties: {tenant: {tenantId: contoso}}\n"
        )
        inside = {**surroundings, "PATH": environ["PATH"]}
        made = run(["pulumi", "stack", "init", "test"], cwd=project, env=inside, shown="pulumi stack init")
        assert made.code == 0, made.output
        preview = run(["pulumi", "preview"], cwd=project, env=inside, shown="pulumi preview")
        assert preview.says("tenant.tenantId: must be a UUID"), preview.output
    finally:
        shutil.rmtree(cache_folder(VERSION, outside), ignore_errors=True)
