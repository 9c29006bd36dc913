"""What the engine takes, by its own order: the project, PATH, the cache. That the engine does so is shown by
test_wheel.py for the cache, and by every engine test for the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstenant.plugin_search import Found, comes_otherwise, project_folder, search

NAME = "pulumi-resource-crosstenant"


def put(folder: Path) -> Path:
    """A plugin's executable in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text("#!/bin/sh\n")
    (folder / NAME).chmod(0o755)
    return folder / NAME


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PULUMI_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}


def cached(tmp_path: Path, version: str) -> Path:
    return tmp_path / "home" / "plugins" / f"resource-crosstenant-v{version}"


def project(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(text)
    return folder


def naming(entry: str) -> str:
    return f"name: p\nplugins:\n  providers:\n    - {{name: azuread, path: other}}\n    - {{{entry}}}\n"


def test_the_project_comes_before_path_and_path_before_the_cache(tmp_path: Path, environ: dict[str, str]):
    assert search("1.0.0", None, environ) is None
    in_cache = put(cached(tmp_path, "1.0.0"))
    assert search("1.0.0", None, environ) == Found("cache", in_cache)
    on_path = put(tmp_path / "bin")
    assert search("1.0.0", None, environ) == Found("PATH", on_path)
    folder = project(tmp_path, naming("name: crosstenant, path: env/bin"))
    own = put(folder / "env" / "bin")
    assert search("1.0.0", folder, environ) == Found("project", own)


def test_path_does_not_count_where_pulumi_is_told_so(tmp_path: Path, environ: dict[str, str]):
    put(tmp_path / "bin")
    assert search("1.0.0", None, {**environ, "PULUMI_IGNORE_AMBIENT_PLUGINS": "true"}) is None


def test_old_and_new_lie_side_by_side_in_the_cache_and_only_the_asked_version_counts(
    tmp_path: Path, environ: dict[str, str]
):
    old, new = put(cached(tmp_path, "1.0.0")), put(cached(tmp_path, "1.1.0"))
    assert search("1.0.0", None, environ) == Found("cache", old)
    assert search("1.1.0", None, environ) == Found("cache", new)
    assert search("1.0.1", None, environ) is None


def test_the_engine_passes_over_a_link_and_an_unfinished_folder(tmp_path: Path, environ: dict[str, str]):
    folder = cached(tmp_path, "1.0.0")
    put(tmp_path / "elsewhere")
    folder.parent.mkdir(parents=True)
    folder.symlink_to(tmp_path / "elsewhere")
    assert search("1.0.0", None, environ) is None
    folder.unlink()
    put(folder)
    folder.with_name(f"{folder.name}.partial").touch()
    assert search("1.0.0", None, environ) is None


def test_what_the_project_names_is_taken_even_where_there_is_none(tmp_path: Path, environ: dict[str, str]):
    put(cached(tmp_path, "1.0.0"))
    folder = project(tmp_path, naming("name: crosstenant, path: gone"))
    found = search("1.0.0", folder, environ)
    assert found == Found("project", folder / "gone" / NAME)
    assert found is not None
    assert not found.exists


def test_a_project_entry_for_another_version_does_not_count(tmp_path: Path, environ: dict[str, str]):
    in_cache = put(cached(tmp_path, "1.0.0"))
    folder = project(tmp_path, naming("name: crosstenant, path: bin, version: 2.0.0"))
    assert search("1.0.0", folder, environ) == Found("cache", in_cache)


def test_a_plugin_by_source_is_its_folder(tmp_path: Path, environ: dict[str, str]):
    folder = project(tmp_path, naming("name: crosstenant, path: ../plugin"))
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin" / "PulumiPlugin.yaml").write_text("runtime: python\n")
    found = search("1.0.0", folder, environ)
    assert found == Found("project", folder / ".." / "plugin")
    assert found is not None
    assert found.exists


def test_a_package_of_the_project_and_a_server_of_ones_own_are_other_sources(tmp_path: Path):
    assert not comes_otherwise(None, {})
    assert comes_otherwise(None, {"PULUMI_DEBUG_PROVIDERS": "crosstenant:1234"})
    assert comes_otherwise(project(tmp_path, "name: p\npackages: {crosstenant: ../plugin}\n"), {})


def test_an_unreadable_project_names_nothing(tmp_path: Path, environ: dict[str, str]):
    assert search("1.0.0", project(tmp_path, "name: [\n"), environ) is None


def test_the_project_is_found_from_a_folder_inside_it(tmp_path: Path):
    folder = project(tmp_path, "name: p\n")
    (folder / "a" / "b").mkdir(parents=True)
    assert project_folder(folder / "a" / "b") == folder.resolve()
