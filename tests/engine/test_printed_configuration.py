"""The configuration that a README prints is all that its project needs: the real CLI accepts both.

Not proven here: the program behind it. The preview ends after the configuration, at a plugin folder that is missing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, *sorted(path.parent for path in (ROOT / "examples").glob("*/Pulumi.yaml"))]
UUID = "00000000-0000-4000-8000-000000000000"


def printed(project: Path) -> list[str]:
    """The lines of the project's README that make and configure the stack, with an ID in the place of each `<...>`."""
    lines = re.findall(
        r"^    (pulumi (?:stack init|config set) .*)$", (project / "README.md").read_text(), re.MULTILINE
    )
    return [re.sub(r"<[^>]*>", UUID, line) for line in lines]


class Cli:
    def __init__(self, project: Path, folder: Path) -> None:
        # Far enough down that no relative path of the project leads to a real folder.
        self.folder = folder / "a" / "b" / "c"
        self.folder.mkdir(parents=True)
        shutil.copy(project / "Pulumi.yaml", self.folder)
        (folder / "backend").mkdir()
        self.environ = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "of a test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def run(self, line: str) -> tuple[int, str]:
        """Runs a line as a shell does; its exit code and all that it says."""
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environ, text=True, capture_output=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def accepts_the_configuration(self) -> bool:
        code, said = self.run("pulumi preview --non-interactive --color never")
        assert code != 0, said
        assert ("validating stack config" in said) != ("no folder at path" in said), said
        return "no folder at path" in said


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_what_the_readme_prints_is_accepted_by_pulumi(project: Path, tmp_path: Path):
    cli = Cli(project, tmp_path)
    lines = printed(project)
    required = [
        key
        for key, it in yaml.safe_load((project / "Pulumi.yaml").read_text())["config"].items()
        if "default" not in it
    ]
    if not lines:
        # The stack of drift-detection is configured as the one that it was copied from.
        assert project.name == "drift-detection"
        lines = ["pulumi stack init prod", *(f"pulumi config set {key} {UUID}" for key in required)]
    for line in lines:
        if file := re.search(r" < (\S+)$", line):
            # What an earlier line of the README has az write.
            (cli.folder / file[1]).write_text("kind: Config\n")
        code, said = cli.run(line)
        assert code == 0, f"{line}\n{said}"
    assert cli.accepts_the_configuration()


def test_a_secret_with_an_empty_default_is_what_pulumi_refuses(tmp_path: Path):
    """The other side: that the test above can fail."""
    project = ROOT / "examples" / "fleet"
    cli = Cli(project, tmp_path)
    text = (cli.folder / "Pulumi.yaml").read_text()
    (cli.folder / "Pulumi.yaml").write_text(text.replace('    default: ""\n', '    default: ""\n    secret: true\n'))
    for line in printed(project):
        cli.run(line)
    assert not cli.accepts_the_configuration()
