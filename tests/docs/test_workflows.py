"""Every workflow of the repository, its examples and its documents runs pinned code with the least rights.

Not proven here: that a digest is the version of its comment. Each was seen with that version in several public
repositories; `git ls-remote https://github.com/OWNER/NAME refs/tags/VERSION` shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OWN = {".venv", ".tools", ".sandbox", ".git", "build", "dist"}


def files(pattern: str) -> list[Path]:
    return [path for path in sorted(ROOT.rglob(pattern)) if not OWN & set(path.relative_to(ROOT).parts)]


WORKFLOWS = [
    path for path in files("*.y*ml") if path.parent.name == "workflows" and path.parent.parent.name == ".github"
]
PAGES = files("*.md")
USES = re.compile(r"^\s*(?:-\s+)?uses:\s*(.*?)\s*$", re.MULTILINE)
PINNED = re.compile(r"[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
UNPINNED = [
    (re.compile(r"\b(?:pip3?|pipx|uv pip) install\b(?!.*--require-hashes)"), "pip without --require-hashes"),
    (re.compile(r"\b(?:curl|wget)\b.*\|\s*(?:sudo )?(?:ba|z|)sh\b"), "a script from the network"),
    (
        re.compile(r"\b(?:npx|npm install|uvx|pipx run|go install|go run|docker run|apt-get install)\b"),
        "a package by its name",
    ),
]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def jobs(workflow: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """Each job with its name and the permissions that it gets."""
    content = yaml.safe_load(workflow.read_text())
    for name, job in content["jobs"].items():
        yield name, job, job.get("permissions", content.get("permissions"))


def test_the_workflows_are_found():
    assert {named(path) for path in WORKFLOWS} >= {
        ".github/workflows/ci.yml",
        "examples/drift-detection/.github/workflows/drift.yml",
    }


@pytest.mark.parametrize("page", [*WORKFLOWS, *PAGES], ids=named)
def test_every_action_is_named_by_its_digest_with_its_version(page: Path):
    found = USES.findall(page.read_text())
    assert found or page.suffix == ".md"
    assert [action for action in found if not PINNED.fullmatch(action)] == []


def test_one_action_has_one_digest():
    pins = {pin for page in [*WORKFLOWS, *PAGES] for pin in USES.findall(page.read_text())}
    names = [pin.partition("@")[0] for pin in pins]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=named)
def test_a_workflow_gives_no_right_to_write_to_all_its_jobs(workflow: Path):
    permissions = yaml.safe_load(workflow.read_text())["permissions"]
    assert isinstance(permissions, dict)
    assert set(permissions.values()) <= {"read", "none"}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=named)
def test_a_job_with_an_id_token_may_write_nothing_else_and_installs_nothing_unpinned(workflow: Path):
    for name, job, permissions in jobs(workflow):
        assert isinstance(permissions, dict), name
        if permissions.get("id-token") != "write":
            continue
        assert {right for right, level in permissions.items() if level == "write"} == {"id-token"}, name
        scripts = [step["run"] for step in job["steps"] if "run" in step]
        # Scripts of the repository that a step names count as the step.
        texts = [*scripts, *(_named_scripts(workflow, "\n".join(scripts)))]
        for text in texts:
            for line in text.replace("\\\n", " ").splitlines():
                for pattern, what in UNPINNED:
                    assert not pattern.search(line), f"{name}: {what}: {line}"


def _named_scripts(workflow: Path, text: str) -> list[str]:
    folder = workflow.parents[2]
    found = [folder / word for word in re.findall(r"[\w./-]+\.(?:sh|py)\b", text)]
    assert all(path.is_file() for path in found)
    return [path.read_text() for path in found]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=named)
def test_a_checkout_leaves_no_credential_behind(workflow: Path):
    for name, job, _ in jobs(workflow):
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step.get("with", {}).get("persist-credentials") is False, name


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=named)
def test_a_secret_is_given_to_a_step_and_not_to_a_whole_job(workflow: Path):
    content = yaml.safe_load(workflow.read_text())
    for holder in (content, *content["jobs"].values()):
        assert "secrets." not in str(holder.get("env", {}))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=named)
def test_what_others_may_choose_is_no_part_of_a_script(workflow: Path):
    for name, job, _ in jobs(workflow):
        for step in job["steps"]:
            script = step.get("run", "")
            assert "${{" not in script, f"{name}: give it to the step in env"
            # make expands the values of its arguments, and a recipe has them without quotes.
            assert not re.search(r"\bmake\b.*\$", script), f"{name}: give it to the step in env"


def test_make_gives_a_tag_to_the_check_as_one_word():
    recipe = re.search(r"^release-check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    assert '"$$TAG"' in recipe[1]
    assert "$(TAG)" not in recipe[1]
