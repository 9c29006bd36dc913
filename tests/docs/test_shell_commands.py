"""The lines of pulumi, make, az and kubectl in the documents: commands and options that the programs have.

What runs them beyond that: tests/engine/test_printed_configuration.py each `pulumi stack init` and `pulumi config set`
of a README, with a preview; tests/engine and `make demo` the operations of a stack; tests/packaging `pulumi new`,
`package add` and `plugin install`; tests/clients/az those of docs/sandbox.md; tests/docs/test_federation_recipe.py
the requests of the recipe for real tenants. Lines of `crosstenant` in blocks are parsed by
tests/docs/test_command_lines.py.

Not run, and why: `az` and `kubectl` lines about the reader's own objects (there are none here); `az cloud set`, `az
account set`, `az group create` and `az acr create` (the sandbox does not emulate them); `pulumi import`, `state` and
`stack rename` as printed (their URNs are the reader's; tests/engine runs them with its own).
"""

from __future__ import annotations

import re
import subprocess
from functools import cache

import click
import pytest

from crosstenant.cli.main import main as crosstenant_command
from tests.docs.shell_lines import ROOT, Call, calls

PULUMI = calls("pulumi")
MAKE = calls("make")
MAKEFILE = (ROOT / "Makefile").read_text()

AZ = {
    "account set": "--subscription",
    "acr create": "--resource-group --name --sku --role-assignment-mode",
    "acr import": "--name --source --image",
    "acr login": "",
    "acr show": "--name --query --output",
    "ad app create": "",
    "ad app credential delete": "--id --key-id",
    "ad app credential reset": "",
    "ad app federated-credential create": "--id --parameters",
    "ad sp create": "--id",
    "ad sp show": "--id --query",
    "aks check-acr": "",
    "aks command invoke": "",
    "aks create": "--node-count --service-principal --client-secret",
    "aks get-credentials": "--admin --name --resource-group --file",
    "aks show": "--name --resource-group --query --output",
    "aks update": "--name --resource-group --enable-oidc-issuer --enable-managed-identity -g -n",
    "aks update-credentials": "-g -n --reset-service-principal --service-principal --client-secret",
    "cloud set": "--name",
    "group create": "--name --location",
    "group delete": "--name",
    "identity create": "--name --resource-group --query --output",
    "identity delete": "--name --resource-group",
    "identity federated-credential create": "--name --identity-name --resource-group --issuer --subject --audiences",
    "login": "--identity --tenant",
    "role assignment create": "--role --scope --assignee-object-id --assignee-principal-type --condition"
    " --condition-version --name",
}
"""The commands and options that the documents take from Azure's reference of its CLI."""
KUBECTL = {
    "apply": "",
    "create secret docker-registry": "--docker-server --docker-username --docker-password",
    "create token": "--audience",
    "delete": "",
    "describe": "-n",
    "get": "-o",
    "patch": "",
    "run": "--image --restart --overrides",
}


@cache
def pulumi_help(words: tuple[str, ...]) -> str:
    """What the real CLI says of a command."""
    done = subprocess.run(["pulumi", *words, "--help"], capture_output=True, text=True, check=False, timeout=240)
    return done.stdout + done.stderr


def options(words: tuple[str, ...]) -> list[str]:
    """The options of a line, without their values."""
    return [it.partition("=")[0] for it in words if re.match(r"--?[a-zA-Z]", it)]


def unknown_to_pulumi(words: tuple[str, ...]) -> str:
    """What of a line Pulumi does not have; empty where it has all."""
    plain: list[str] = []
    for word in words[1:]:
        if not re.fullmatch(r"[a-z][a-z-]*", word):
            break
        plain.append(word)
    text, command = "", ""
    # The longest beginning that is a command: what follows are its arguments.
    for length in range(min(len(plain), 3), 0, -1):
        text = pulumi_help(tuple(plain[:length]))
        usage = re.search(r"^Usage:\n +pulumi ([^\[<\n]*)", text, re.MULTILINE)
        names = usage[1].split() if usage else []
        aliases = re.findall(r"[\w-]+", (re.search(r"^Aliases:\n +(.*)$", text, re.MULTILINE) or ["", ""])[1])
        if names and names[:-1] == plain[: length - 1] and plain[length - 1] in {names[-1], *aliases}:
            command = " ".join(plain[:length])
            break
    if not command:
        return f"the command {' '.join(plain) or words[1]}"
    if re.search(rf"^ +pulumi {command} \[command\]", text, re.MULTILINE) and len(plain) > len(command.split()):
        return f"the command {' '.join(plain)}"
    known = set(re.findall(r"(?:^|[ ,])(--?[a-zA-Z][\w-]*)", text))
    return ", ".join(it for it in options(words) if it not in known)


def unknown_to_make(words: tuple[str, ...]) -> str:
    """Targets and variables of a line that the Makefile does not have."""
    known = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    known |= {f"{name}=" for name in re.findall(r"\$[({]([A-Z]+)", MAKEFILE)}
    given = [it for it in words[1:] if it not in {"-C", "../.."}]
    return ", ".join(it for it in given if re.sub(r"=.*", "=", it) not in known)


def unknown_to_crosstenant(words: tuple[str, ...]) -> str:
    """What of a line `crosstenant` does not have; what it gives to another program is not read."""
    command: click.Command = crosstenant_command
    given = list(words[1:])
    known = {"--help"}
    if "--" in given:
        given = given[: given.index("--")]
    while isinstance(command, click.Group) and given and not given[0].startswith("-"):
        found = command.get_command(click.Context(command), given[0])
        if found is None:
            return f"the command {given[0]}"
        command, given = found, given[1:]
    known |= {name for it in command.params for name in (*it.opts, *it.secondary_opts)}
    return ", ".join(it for it in options(tuple(given)) if it not in known)


def unknown_to_table(words: tuple[str, ...], table: dict[str, str]) -> str:
    """What of a line a table of commands and options does not have."""
    rest = re.sub(r"^-n \S+ ", "", " ".join(words[1:]))
    command = max((it for it in table if f"{rest} ".startswith(f"{it} ")), key=len, default=None)
    if command is None:
        return f"the command {rest}"
    return ", ".join(it for it in options(words) if it not in table[command].split())


def test_lines_are_found():
    assert len(PULUMI) > 150
    assert len(MAKE) > 30
    assert len(calls("az")) > 40
    assert len(calls("kubectl")) > 5


@pytest.mark.engine
def test_pulumi_has_every_command_and_option():
    assert {str(it): unknown_to_pulumi(it.words) for it in PULUMI if unknown_to_pulumi(it.words)} == {}


@pytest.mark.engine
@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("pulumi preview --refersh", "--refersh"),
        ("pulumi staet unprotect --all", "the command staet unprotect"),
        ("pulumi stack renaem x", "the command stack renaem x"),
        ("pulumi config set --secrets a b", "--secrets"),
        ("pulumi stack init prod", ""),
        ("pulumi stack --show-urns", ""),
    ],
)
def test_what_pulumi_does_not_have_is_found(line: str, unknown: str):
    assert unknown_to_pulumi(tuple(line.split())) == unknown


def test_the_makefile_has_every_target_and_variable():
    assert {str(it): unknown_to_make(it.words) for it in MAKE if unknown_to_make(it.words)} == {}
    assert unknown_to_make(("make", "tset", "TESTS=x", "TEST=x")) == "tset, TEST=x"


def test_crosstenant_has_every_command_and_option_of_running_text():
    shown = calls("crosstenant")
    assert len(shown) > 40
    assert {str(it): unknown_to_crosstenant(it.words) for it in shown if unknown_to_crosstenant(it.words)} == {}
    assert unknown_to_crosstenant(("crosstenant", "sandbox", "drift", "no-such")) == "the command no-such"
    assert unknown_to_crosstenant(("crosstenant", "check", "--stak", "prod")) == "--stak"


@pytest.mark.parametrize(("program", "table"), [("az", AZ), ("kubectl", KUBECTL)])
def test_lines_of_other_programs_have_their_form(program: str, table: dict[str, str]):
    shown = [it for it in calls(program) if not _is_row_of_the_sandbox(it)]
    assert {str(it): unknown_to_table(it.words, table) for it in shown if unknown_to_table(it.words, table)} == {}
    assert unknown_to_table((program, "no-such"), table) == "the command no-such"


def _is_row_of_the_sandbox(call: Call) -> bool:
    # `account   list, show`: tests/docs/test_azure_cli_commands.py reads these rows of docs/sandbox.md.
    return call.page.name == "sandbox.md" and not options(call.words)


def test_no_secret_of_the_configuration_is_an_argument():
    setting = [it for it in PULUMI if it.words[1:3] == ("config", "set") and "--secret" in it.words]
    assert len(setting) >= 3
    assert [str(it) for it in setting if len([word for word in it.words[3:] if not word.startswith("-")]) > 1] == []
