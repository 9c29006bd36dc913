"""`make release-check` names each thing that a release lacks."""

from __future__ import annotations

from email.message import Message

from crosstenant._version import VERSION
from lib.checkout import ROOT
from release_check import of_changelog, of_documents, of_schema, of_tag, of_wheel

RELEASED = "# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-11-28\n\n- A thing.\n"


def test_a_changelog_with_a_dated_section_lacks_nothing():
    assert list(of_changelog(RELEASED, "1.2.0")) == []
    assert list(of_changelog(RELEASED.replace("1.2.0", "[1.2.0]"), "1.2.0")) == []


def test_a_changelog_without_the_section_or_with_entries_left_is_told():
    assert list(of_changelog(RELEASED, "1.3.0")) == ["CHANGELOG.md needs a section '## 1.3.0 - <date>'"]
    left = RELEASED.replace("## Unreleased\n", "## Unreleased\n\n- Another.\n")
    assert list(of_changelog(left, "1.2.0")) == ["CHANGELOG.md has entries under Unreleased: move them under 1.2.0"]


def test_a_document_of_another_version_is_told():
    text = "pulumi package add <repository>/plugin@v1.1.0"
    assert list(of_documents({"a.md": text}, "1.1.0")) == []
    assert list(of_documents({"a.md": text}, "1.2.0")) == ["a.md names version 1.1.0 of the plugin: write 1.2.0"]


def test_the_documents_name_the_present_version():
    pages = {it.name: it.read_text() for it in (ROOT / "docs").glob("*.md")}
    assert f"/plugin@v{VERSION}" in pages["install.md"]
    assert list(of_documents(pages, VERSION)) == []


def test_the_tag_is_on_this_commit_and_the_versions():
    assert list(of_tag("v1.2.0", "1.2.0", ["v1.2.0"], [])) == []
    assert list(of_tag("", "1.2.0", [], [])) == ["this commit needs the tag v1.2.0"]
    assert list(of_tag("v1.3.0", "1.2.0", ["v1.3.0"], ["?? x"])) == [
        "the tag is v1.3.0, and crosstenant/_version.py says 1.2.0",
        "this commit needs the tag v1.2.0",
        "files differ from the commit: ?? x",
    ]


def test_a_wheel_without_a_repository_or_of_another_version_is_told():
    metadata = Message()
    metadata["Version"] = "1.2.0"
    metadata["Project-URL"] = "Changelog, https://git.example/pulls/changes"
    assert [it.partition(":")[0] for it in of_wheel(metadata, "1.3.0")] == [
        "the wheel has version 1.2.0",
        "pyproject.toml names no repository",
    ]
    metadata["Project-URL"] = "Repository, https://git.example/pulls"
    assert list(of_wheel(metadata, "1.2.0")) == []


def test_what_the_schema_lacks_is_told_by_name():
    whole = dict.fromkeys(("description", "license", "publisher", "repository"), "x")
    assert list(of_schema({**whole, "version": "1.2.0"}, "1.2.0")) == []
    without = {**whole, "version": "1.1.0", "repository": ""}
    assert list(of_schema(without, "1.2.0")) == [
        "the schema has version 1.1.0",
        "the schema has no repository: it comes from pyproject.toml; run make setup",
    ]


def test_the_version_stands_in_one_place():
    assert '"version"' not in (ROOT / "crosstenant" / "pulumi-plugin.json").read_text()
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text()
