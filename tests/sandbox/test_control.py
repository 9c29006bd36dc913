import json
import stat

import click
import pytest
from click.testing import CliRunner

from crosstenant.sandbox.cli.commands import sandbox
from crosstenant.sandbox.cli.drift_commands import drift_group
from crosstenant.sandbox.entra.assertions import check_assertion
from crosstenant.sandbox.entra.refusals import SignInRefusal
from crosstenant.sandbox.host.control_token import control_token, token_file
from crosstenant.sandbox.host.request_log import log_request, request_log
from crosstenant.sandbox.host.state_file import open_store
from crosstenant.sandbox.world.drift import application
from crosstenant.sandbox.world.seed import (
    CLUSTER_CALLER_ID,
    CLUSTER_TENANT,
    OLD_CLUSTER_APP_ID,
    OLD_CLUSTER_SECRET,
    REGISTRY_TENANT,
)


@pytest.fixture
def command(store):
    def run(*arguments, code=0):
        split = 2 if arguments[0] in ("fault", "clock", "drift") else 1
        done = CliRunner().invoke(sandbox, [*arguments[:split], "--state", str(store.path), *arguments[split:]])
        assert done.exit_code == code, done.output
        return done.output

    return run


@pytest.fixture
async def host(client_for):
    async with client_for("control") as client:
        yield client


def test_show_lists_every_kind_and_no_secret(command):
    shown = command("show")
    for text in ("Contoso", "pulumi-clusters", "AbacRepositoryPermissions", "aks-prod", "managed identity", "AcrPull"):
        assert (text in shown) is (text != "AcrPull")
    assert "Azure Kubernetes Service Contributor Role" in shown
    assert OLD_CLUSTER_SECRET not in shown


def test_show_hides_secrets_on_every_path_unless_revealed(command):
    for path in ("resources/aks-prod/_nodes/0/secret", "resources/aks-prod/_credential", "SIGNING_KEY", "signing_key/"):
        shown = command("show", path)
        assert "(hidden)" in shown
        assert OLD_CLUSTER_SECRET not in shown
        assert "PRIVATE" not in shown
    assert OLD_CLUSTER_SECRET not in command("show", "--json")
    assert json.loads(command("show", "--json"))["settings"]["page_size"] == 100
    assert OLD_CLUSTER_SECRET in command("show", "--reveal", "resources/aks-prod/_nodes/0/secret")


def test_set_delete_and_reset_change_the_file(command, store):
    command("set", "resources/aks-prod/properties/powerState", '{"code": "Stopped"}')
    command("set", "tenants/Contoso/displayName", "Contoso Ltd")
    removed = command("delete", f"servicePrincipals/{CLUSTER_CALLER_ID}")
    assert removed == f"'servicePrincipals/{CLUSTER_CALLER_ID}' is removed\n"
    assert json.loads(command("show", "resources/aks-prod/properties/powerState")) == {"code": "Stopped"}
    with store.read() as state:
        assert "Contoso Ltd" in {one["displayName"] for one in state["tenants"].values()}
        assert CLUSTER_CALLER_ID not in {one["appId"] for one in state["servicePrincipals"].values()}
    assert "'resources/nothing' does not exist" in command("delete", "resources/nothing", code=1)
    request_log(store).write_text("{}\n")
    assert "is the seeded one again" in command("reset")
    assert not request_log(store).exists()
    with store.read() as state:
        assert CLUSTER_CALLER_ID in {one["appId"] for one in state["servicePrincipals"].values()}


def test_settings_faults_and_clock_are_set_by_command(command, store):
    assert command("setting", "lag.secret", "20") == "setting 'lag.secret' is now 20\n"
    assert "setting 'lag.secrets' does not exist" in command("setting", "lag.secrets", "20", code=1)
    added = command("fault", "add", "service=arm,status=429")
    assert added == f"fault {json.loads(command('fault', 'list'))['id']} is added\n"
    assert "status 429" in command("show")
    assert command("fault", "clear") == "1 fault(s) removed\n"
    assert command("fault", "list") == ""
    command("clock", "forward", "30d")
    with store.read() as state:
        assert state["settings"]["lag"]["secret"] == 20
        assert state["clock"]["ahead_seconds"] == 2592000


def test_every_command_names_a_registry_by_the_same_option():
    for name, one in drift_group.commands.items():
        arguments = [parameter.name for parameter in one.params if isinstance(parameter, click.Argument)]
        assert "registry" not in arguments, f"drift {name}: --registry"


@pytest.mark.parametrize(
    ("path", "value"), [("resources/aks-prod", "{}"), ("tenants", "5"), ("settings", "[]"), ("clock", "{}")]
)
def test_show_says_in_a_sentence_that_an_object_lost_its_form(command, path, value):
    command("set", path, value)
    refused = command("show", code=1)
    assert refused.startswith("Error: ")
    assert "'crosstenant sandbox reset'" in refused
    command("reset")
    assert "aks-prod" in command("show")


def test_show_names_a_state_file_that_cannot_be_read(command, store, tmp_path):
    store.path.write_text("{")
    assert f"the state {store.path} is damaged" in command("show", code=1)
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(sandbox, ["show", "--state", str(tmp_path / "file" / "state.json")])
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    assert "file" in done.output


def test_drift_commands_say_what_they_did(command):
    assert "aks-prod is stopped" in command("drift", "stop-cluster", "--cluster", "aks-prod")
    assert "now has the sign-in audience AzureADMultipleOrgs" in command(
        "drift", "set-audience", "--client-id", CLUSTER_CALLER_ID, "AzureADMultipleOrgs"
    )
    assert "AbacRepositoryPermissions" in command("drift", "registry-mode", "--registry", "fabrikamimages", "abac")
    refused = command(
        "drift", "remove-role-assignment", "--registry", "fabrikamimages", "--client-id", CLUSTER_CALLER_ID, code=1
    )
    assert "has no role on registry fabrikamimages" in refused


def test_consent_by_command_makes_the_service_principal(command, store):
    consent = ("consent", "--tenant", "fabrikam.onmicrosoft.com", "--client-id", CLUSTER_CALLER_ID)
    assert "AADSTS700016" in command(*consent, code=1)
    with store.change() as state:
        application(state, CLUSTER_CALLER_ID).update(signInAudience="AzureADMultipleOrgs", requiredResourceAccess=[{}])
    assert f"has the service principal of application {CLUSTER_CALLER_ID}" in command(*consent)
    with store.read() as state:
        tenants = {one["_tenant"] for one in state["servicePrincipals"].values() if one["appId"] == CLUSTER_CALLER_ID}
    assert REGISTRY_TENANT in tenants


async def test_control_host_reads_and_changes_the_state(host, store):
    assert (await host.get("/state/settings/page_size")).json() == 100
    assert (await host.put("/state/resources/aks-prod/tags/owner", content='"team"')).status_code == 204
    assert (await host.get("/state")).json()["settings"]["page_size"] == 100
    assert (await host.get("/state/resources/aks-prod/tags")).json() == {"environment": "production", "owner": "team"}
    assert (await host.delete("/state/resources/aks-prod")).status_code == 204
    missing = await host.get("/state/resources/aks-prod")
    assert (missing.status_code, "does not exist" in missing.json()["error"]) == (404, True)
    assert (await host.post("/reset")).status_code == 204
    assert (await host.get("/state/resources/aks-prod/name")).json() == "aks-prod"


@pytest.mark.parametrize("given", [None, "Bearer wrong", "Bearer ", "Basic dTpw", "Bearer \u00e9"])
async def test_control_host_refuses_a_request_without_its_token(host, store, given):
    del host.headers["Authorization"]
    headers = {} if given is None else {"Authorization": given.encode()}
    for method, path in (
        ("GET", "/state"),
        ("PUT", "/state/x"),
        ("GET", "/oidc"),
        ("GET", "/faults"),
        ("POST", "/reset"),
    ):
        refused = await host.request(method, path, headers=headers)
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "CROSSTENANT_SANDBOX_TOKEN" in refused.json()["error"]
        assert control_token(store) not in refused.text


def test_control_token_is_for_its_owner_only_and_the_same_for_every_sandbox(store):
    token = control_token(store)
    assert len(token) >= 32
    assert control_token(open_store(store.path)) == token
    file = token_file(store)
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("state.json.token", 0o600)


@pytest.mark.parametrize("planted", ["readable", "link", "empty"])
def test_control_token_that_others_know_is_replaced(store, tmp_path, planted):
    file = token_file(store)
    if planted == "link":
        (tmp_path / "known").write_text("known")
        (tmp_path / "known").chmod(0o600)
        file.symlink_to(tmp_path / "known")
    else:
        file.write_text("known" if planted == "readable" else "")
        file.chmod(0o644 if planted == "readable" else 0o600)
    token = control_token(store)
    assert len(token) >= 32
    assert (file.is_symlink(), file.read_text()) == (False, f"{token}\n")


async def test_control_host_takes_faults_settings_and_time(host, store):
    added = (await host.post("/faults", json={"service": "graph", "status": 500})).json()
    assert (await host.get("/faults")).json() == [added]
    wrong = await host.post("/faults", json={"service": "dns"})
    assert (wrong.status_code, "service must be one of" in wrong.json()["error"]) == (400, True)
    assert (await host.delete("/faults")).status_code == 204
    assert (await host.get("/faults")).json() == []
    assert (await host.put("/settings/lag.secret", content="5")).status_code == 204
    assert (await host.put("/settings/lag.secret", content='"x"')).status_code == 400
    assert (await host.post("/clock", json={"forward_seconds": 60})).status_code == 204
    assert (await host.get("/requests")).json() == []
    with store.read() as state:
        assert (state["settings"]["lag"]["secret"], state["clock"]["ahead_seconds"]) == (5, 60)


async def test_federated_token_of_host_and_command_signs_in(host, command, store):
    tokens = [(await host.get("/oidc")).json()["value"], command("assertion").strip()]
    with store.read() as state:
        for token in tokens:
            check_assertion(state, CLUSTER_TENANT, application(state, CLUSTER_CALLER_ID), token)
            with pytest.raises(SignInRefusal, match="AADSTS700"):
                check_assertion(state, CLUSTER_TENANT, application(state, OLD_CLUSTER_APP_ID), token)


def test_what_a_request_or_a_name_holds_cannot_act_on_the_terminal(store):
    forged = "/x\x1b[2K\u202e\n2 arm 200 GET forged\r"
    scope = {"type": "http", "method": "GET", "path": forged, "headers": [(b"host", b"management.azure.com")]}
    log_request(store, scope, "arm", 404, None)
    with store.change() as state:
        next(iter(state["tenants"].values()))["displayName"] = forged
    for word in ("requests", "show"):
        output = CliRunner().invoke(sandbox, [word, "--state", str(store.path)], color=True).output
        assert output.replace("\n", "").isprintable(), word
        assert "/x\\x1b[2K\\u202e\\n2 arm 200 GET forged\\r" in output
