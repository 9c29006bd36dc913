"""The callers' and the application's secrets, planted where a stack has them, are found nowhere but encrypted."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from crosstenant.sandbox.entra.assertions import federated_token
from crosstenant.sandbox.host.control_token import control_token
from crosstenant.sandbox.host.descendants import descendants
from crosstenant.sandbox.world import seed
from lib.sandbox import SECRETS
from lib.stack import Outcome, Stack
from tests.certificate_files import PASSWORD, key_credential, pkcs12_file
from tests.engine.engine_world import Azure

TOKEN = re.compile(r"\beyJ[\w-]{20,}\.[\w-]{20,}")


class Watch:
    """Everything that a stack's commands printed or left in files, and the secrets that must not be in it."""

    def __init__(self, stack: Stack, azure: Azure, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.temporary = folder / "temporary"
        self._requests = Path(f"{azure.store.path}.requests.jsonl")
        self._printed: dict[str, str] = {}
        self.planted: set[str] = set(SECRETS.values())
        self.users: set[str] = {seed.CLUSTER_CALLER_ID, seed.REGISTRY_CALLER_ID}

    def operate(self, operation: str, *options: str, environ: Mapping[str, str] | None = None) -> Outcome:
        """An operation of the stack; its output is kept, what its processes leave in temporary files, and their
        arguments."""
        self.temporary.mkdir(exist_ok=True)
        with arguments_of_processes() as seen:
            done = self._stack.operate(operation, *options, environ={"TMPDIR": str(self.temporary), **(environ or {})})
        self._printed[f"{len(self._printed)}: arguments of the processes of {done.command}"] = "\n".join(seen)
        return self._keep(done)

    def command(self, *words: str) -> Outcome:
        """A command, its output kept."""
        return self._keep(self._stack.command(*words, "--stack", "test"))

    def plant(self, user: str, secret: str) -> None:
        self.users.add(user)
        self.planted.add(secret)

    def saw_arguments_of(self, program: str) -> bool:
        """Whether the arguments of a program that runs for a while are among the texts that are searched."""
        return any(program in text for where, text in self._printed.items() if "arguments of" in where)

    def leaks(self) -> list[str]:
        """Where a planted secret is found, as it is or encoded."""
        texts = [*self._printed.items(), *self._files()]
        found = [f"{where} holds a secret" for where, text in texts if self.is_in(text)]
        return found + [f"{where} holds a token" for where, text in texts if TOKEN.search(text)]

    def is_in(self, text: str) -> bool:
        return any(form in text for secret in self.planted for form in forms(secret, self.users))

    def _files(self) -> Iterator[tuple[str, str]]:
        files = [it for it in self._folder.rglob("*") if it.is_file()]
        kinds = {"events.jsonl", "test.json", "Pulumi.test.yaml"}
        assert all(any(it.name.endswith(kind) for it in files) for kind in kinds), f"{kinds} are not all in {files}"
        for file in [*files, self._requests]:
            yield str(file), file.read_text(errors="replace")

    def _keep(self, outcome: Outcome) -> Outcome:
        self._printed[f"{len(self._printed)}: {outcome.command}"] = outcome.output
        return outcome


@contextmanager
def arguments_of_processes() -> Iterator[set[str]]:
    """The arguments of each process that is started within the block by this one, or by those in turn."""
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for pid in descendants():
                with suppress(OSError):
                    seen.add(Path(f"/proc/{pid}/cmdline").read_text(errors="replace"))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def forms(secret: str, users: set[str]) -> set[str]:
    """A secret as it is, in a URL, and as basic credential of each user."""
    encoded = [b64encode(secret.encode()).decode(), *(b64encode(f"{it}:{secret}".encode()).decode() for it in users)]
    return {secret, quote(secret), quote_plus(secret), *(it.rstrip("=") for it in encoded)}


@pytest.fixture
def watch(quickstart: Stack, azure: Azure, tmp_path: Path) -> Watch:
    return Watch(quickstart, azure, tmp_path / "stack")


def application_credential(azure: Azure) -> tuple[str, str]:
    """The application's client ID and secret, as the cluster got them."""
    credential = azure.state["resources"][seed.CLUSTER.lower()]["_credential"]
    assert credential["clientId"] != seed.OLD_CLUSTER_APP_ID
    return credential["clientId"], credential["secret"]


def test_planted_secrets_are_found_nowhere_but_encrypted(watch: Watch, quickstart: Stack, azure: Azure, tmp_path: Path):
    # The reset fails once it has begun, with the engine and the plugin at their most talkative.
    azure.change(
        lambda state: state["settings"]["reset"].update(
            outcome="Failed", error_code="VMExtensionProvisioningError", error_message="A node did not come up."
        )
    )
    failed = watch.operate("up", "--logtostderr", "--logflow", "-v=9", "--debug")
    assert failed.code != 0
    assert failed.says("a node did not come up")

    azure.change(lambda state: state["settings"]["reset"].update(outcome="Succeeded", error_code=""))
    assert watch.operate("up", "--diff").code == 0
    watch.plant(*application_credential(azure))

    azure.change(lose_the_pull_role)
    drift = watch.operate("preview", "--refresh", "--diff", "--show-sames", "--show-replacement-steps", "--show-reads")
    assert drift.says("role missing")
    assert watch.operate("refresh", "--diff").code == 0
    for words in (["stack", "output", "--json"], ["stack", "export"], ["stack"]):
        shown = watch.command("pulumi", *words)
        assert shown.code == 0, shown.output

    assert watch.leaks() == []
    assert watch.saw_arguments_of("pulumi-resource-crosstenant")
    # What Pulumi writes of its own protocol is in clear: SECURITY.md warns of it.
    messages, trace, spans = (tmp_path / it for it in ("messages.json", "trace", "spans.json"))
    tracing = ("--tracing", f"file:{trace}", "--otel-traces", f"file://{spans}")
    assert watch.operate("preview", *tracing, environ={"PULUMI_DEBUG_GRPC": str(messages)}).code == 0
    assert [it.name for it in (messages, trace, spans) if not watch.is_in(it.read_text(errors="replace"))] == []
    # What was searched for is what the stack holds: asked for it, Pulumi shows each.
    exported = quickstart.command("pulumi", "stack", "export", "--show-secrets", "--stack", "test").output
    assert [secret for secret in watch.planted if secret not in exported] == []
    shown = quickstart.command(
        "pulumi", "stack", "output", "imagePullSecret", "--show-secrets", "--stack", "test"
    ).output
    assert watch.is_in(json.loads(shown)["auths"]["fabrikamimages.azurecr.io"]["auth"])

    # And the search finds a secret in each of its forms.
    secret, user = "Abc8Q~planted/secret+value", "a0000000-0000-4000-8000-00000000ffff"
    watch.plant(user, secret)
    leak = tmp_path / "stack" / "leak.txt"
    for form in (secret, quote(secret, safe=""), quote(secret), b64encode(f"{user}:{secret}".encode()).decode()):
        leak.write_text(f"before {form} after")
        assert watch.leaks() == [f"{leak} holds a secret"], form
    leak.write_text(f"Bearer eyJ{'a' * 30}.{'b' * 60}.sig")
    assert watch.leaks() == [f"{leak} holds a token"]


JOB = """
    import os

    import pulumi
    import pulumi_azuread as azuread
    from crosstenant import TenantArgs, TenantProviders

    config = pulumi.Config()
    clusters = TenantArgs(
        tenant_id=config.require("clusterTenantId"),
        client_id=config.require("clusterClientId"),
        oidc_token=os.environ["JOB_TOKEN"],
    )
    registries = TenantArgs(
        tenant_id=config.require("registryTenantId"),
        client_id=config.require("registryClientId"),
        oidc_request_url="https://sandbox.test/oidc",
        oidc_request_token=os.environ["JOB_REQUEST_TOKEN"],
    )
    certified = TenantArgs(
        tenant_id=config.require("clusterTenantId"),
        client_id=config.require("clusterClientId"),
        client_certificate=os.environ["JOB_CERTIFICATE"],
        client_certificate_password=os.environ["JOB_PASSWORD"],
    )
    asked = azuread.get_client_config_output(
        opts=pulumi.InvokeOutputOptions(provider=TenantProviders("certified", certified).azuread)
    )
    pulumi.export("certified", asked.object_id)
    for name, tenant in (("clusters", clusters), ("registries", registries)):
        providers = TenantProviders(name, tenant, default_subscription_id=tenant["tenant_id"])
        pulumi.export(name, [providers.azuread.urn, providers.azure_native.urn])
"""


def test_tokens_that_the_program_has_as_plain_text_are_nowhere_but_encrypted(
    make_stack: Callable[..., Stack], azure: Azure, tmp_path: Path
):
    token, request_token = "", control_token(azure.store)
    certified = {"JOB_CERTIFICATE": b64encode(pkcs12_file()).decode(), "JOB_PASSWORD": PASSWORD}

    def register(state) -> None:
        application = next(it for it in state["applications"].values() if it["appId"] == seed.CLUSTER_CALLER_ID)
        application["keyCredentials"] = [key_credential()]

    azure.change(register)
    stack = make_stack(JOB)
    watch = Watch(stack, azure, tmp_path / "stack")
    for _ in range(2):
        token = federated_token(azure.state, seed.GITHUB_ISSUER, seed.GITHUB_SUBJECT, seed.FEDERATION_AUDIENCE)
        job = {"JOB_TOKEN": token, "JOB_REQUEST_TOKEN": request_token, **certified}
        for planted in job.values():
            watch.plant(seed.CLUSTER_CALLER_ID, planted)
        assert watch.operate("preview", "--diff", environ=job).code == 0
        assert watch.operate("up", "--diff", environ=job).code == 0

    assert watch.leaks() == []
    exported = stack.command("pulumi", "stack", "export", "--show-secrets", "--stack", "test").output
    for planted in (token, request_token):
        assert exported.count(planted) >= 3, "it is in the state of each provider of the tenant"
    for planted in certified.values():
        assert exported.count(planted) >= 2, "azure-native reads no certificate but a file's"


def lose_the_pull_role(state) -> None:
    for key, assignment in list(state["roleAssignments"].items()):
        if assignment["properties"]["roleDefinitionId"].endswith(seed.ACR_PULL):
            del state["roleAssignments"][key]
