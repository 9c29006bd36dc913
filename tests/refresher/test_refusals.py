"""What the refresher says when a step is refused: one sentence with the host, the step and the remedy."""

from __future__ import annotations

import base64
import json

import pytest

from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace
from tests.refresher.conftest import Refresher
from tests.refresher.world import CLIENT, HOUR, TENANT, Reply, entra_error, jwt, registry_error

ROLE = "it needs AcrPull there, in ABAC mode Container Registry Repository Reader"
REPAIR = "'pulumi up --refresh' makes it again where a stack manages it"
BROKEN = [
    ("entra", entra_error(70021), 1, "no such federated credential"),
    ("entra", entra_error(700211), 1, "it trusts no issuer 'https://issuer/'"),
    ("entra", entra_error(700212), 1, "it trusts no audience ['api://x']"),
    ("entra", entra_error(700213), 1, "it trusts no subject 'system:serviceaccount:n:s'"),
    ("entra", entra_error(7002138), 1, "it trusts no subject 'system:serviceaccount:n:s'"),
    ("entra", entra_error(700016), 1, f"tenant {TENANT} has no identity {CLIENT}: usually tenantId is the cluster"),
    ("entra", entra_error(700024), 2, "the service account's token has expired, or this node's clock is wrong"),
    ("entra", entra_error(700027), 2, "the issuer's published keys do not fit the token: was the cluster rebuilt?"),
    ("entra", entra_error(53003), 2, "a Conditional Access policy of tenant"),
    ("entra", entra_error(12345, "Something else."), 2, "Something else. (AADSTS12345)"),
    ("entra", Reply(502, "<html>"), 1, "answered 502 (busy); try later"),
    ("entra", Reply(200, {}), 1, "answered without a token where one was due"),
    ("entra", Reply(302, None, {"Location": "https://localhost/"}), 2, "refuses the sign-in: it answered 302"),
    ("entra", Reply(307, None, {"Location": "https://[bad/t"}), 2, "refuses the sign-in: it answered 307"),
    ("entra", Reply(302, None, {"Location": "javascript:x"}), 2, "refuses the sign-in: it answered 302"),
    ("exchange", registry_error(401), 1, f"at the token exchange: {ROLE}"),
    ("exchange", registry_error(403, "DENIED", "client with IP '1.2.3.4' is not allowed access"), 2, "network rules"),
    ("exchange", Reply(429), 1, "answered 429 (busy)"),
    ("exchange", Reply(404, "<html>"), 2, "does not answer as a container registry at the token exchange"),
    ("exchange", Reply(307, None, {"Location": "https://localhost/"}), 2, "does not answer as a container registry"),
    ("exchange", Reply(308, None, {"Location": "https://[::1"}), 2, "does not answer as a container registry"),
    ("manifest", Reply(302, None, {"Location": "https://[::1"}), 2, "as a container registry at the manifest (302)"),
    ("get", Reply(301, None, {"Location": "//["}), 1, "the API server answered 301 to 'get'"),
    ("token", registry_error(401), 1, f"at the token for 'app': {ROLE}"),
    ("token", Reply(200, {"access_token": jwt("x", access=[])}), 1, f"at the token for 'app': {ROLE}"),
    ("manifest", Reply(401), 1, f"at the manifest of 'app': {ROLE}"),
    ("manifest", Reply(404), 2, "has no '1.0' of repository 'app': push it first, or name another image"),
    ("get", Reply(403, {"message": "forbidden"}), 1, f"its Role or RoleBinding there is missing; {REPAIR} (forbidden)"),
    ("patch", Reply(403, {"message": "forbidden"}), 1, "refuses to 'patch' secret shop/registry-pull"),
    ("patch", Reply(422, {"message": "no"}), 1, "the API server answered 422 to 'patch' of secret shop/registry-pull"),
    ("get", Reply(200, {"type": "Opaque"}), 2, "is of type 'Opaque', not a pull secret: delete it"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "reply", "code", "sentence"), BROKEN)
def test_refusal_is_one_sentence_and_an_exit_code(
    refresher: Refresher, step: str, reply: Reply, code: int, sentence: str
):
    refresher.world.add_secret()
    refresher.world.replies[step] = [reply]
    done = refresher.run()
    assert done.code == code
    assert sentence in done.error
    assert "\n" not in done.error


def test_host_that_cannot_be_reached_is_named(refresher: Refresher):
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry("127.0.0.1:1"))
    done = refresher.run()
    assert done.code == 1
    assert done.error.startswith("127.0.0.1:1 cannot be reached from this cluster (ConnectionRefusedError")
    assert "check DNS, egress firewall, proxy and private endpoints" in done.error


@pytest.mark.parametrize("server", [f"{'a' * 64}.azurecr.io", "a..azurecr.io", "-", "."])
def test_name_that_no_dns_can_have_is_told_like_one_that_it_does_not_have(refresher: Refresher, server: str):
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(server))
    done = refresher.run()
    assert done.code == 1
    assert done.error.startswith(f"{server} cannot be reached from this cluster (")


def test_certificate_of_another_authority_is_refused(refresher: Refresher):
    refresher.world.add_secret()
    done = refresher.run(SSL_CERT_FILE="/etc/ssl/certs/ca-certificates.crt")
    assert done.code == 1
    assert "SSLCertVerificationError" in done.error
    assert "entra" not in refresher.world.steps()


def test_secret_that_may_not_be_created_is_named(refresher: Refresher):
    refresher.world.allowed = {("get", "shop/registry-pull")}
    done = refresher.run()
    assert done.code == 1
    assert done.error == f"secret shop/registry-pull does not exist, and the refresher may not create it; {REPAIR}"


def test_refused_registry_keeps_its_entry_and_does_not_keep_the_other_from_its_own(refresher: Refresher):
    one, two = refresher.registries
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(one), ProvedRegistry(two))
    refresher.run()
    before, success = refresher.world.entries(), refresher.world.annotations()["last-success"]
    refresher.world.replies["exchange"] = [registry_error(401)]
    done = refresher.run()
    after, annotations = refresher.world.entries(), refresher.world.annotations()
    assert done.code == 1
    assert after[one] == before[one]
    assert after[two] != before[two]
    assert annotations["last-error"] == done.error
    assert annotations["last-success"] == success
    refresher.run()
    assert "last-error" not in refresher.world.annotations()


def test_entry_that_has_expired_is_not_kept(refresher: Refresher):
    one, two = refresher.registries
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(one), ProvedRegistry(two))
    refresher.world.shift = -4 * HOUR
    refresher.run()
    refresher.world.shift = 0
    refresher.world.replies["exchange"] = [registry_error(401)]
    refresher.run()
    assert set(refresher.world.entries()) == {two}


def test_refused_sign_in_keeps_every_entry_and_is_written_down(refresher: Refresher):
    refresher.world.add_secret()
    refresher.run()
    before = refresher.world.entries()
    refresher.world.replies["entra"] = [entra_error(700024)]
    done = refresher.run()
    assert refresher.world.entries() == before
    assert refresher.world.annotations()["last-error"] == done.error


def test_first_run_that_is_refused_says_that_the_secret_has_no_token(refresher: Refresher):
    refresher.world.add_secret()
    refresher.world.replies["entra"] = [entra_error(700024)]
    done = refresher.run()
    assert "secret shop/registry-pull: written, without a valid token" in done.log
    assert "expires-at" not in refresher.world.annotations()


def test_registry_without_the_role_is_renewed_all_the_same(refresher: Refresher):
    refresher.world.add_secret()
    refresher.world.replies["manifest"] = [Reply(401)]
    assert refresher.run().code == 1
    assert list(refresher.world.entries()) == [refresher.registries[0]]
    assert ROLE in refresher.world.annotations()["last-error"]


def test_refused_proof_in_mode_warn_is_a_warning(refresher: Refresher):
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(refresher.registries[0], "app", "1.0", "warn"))
    refresher.world.replies["manifest"] = [Reply(404)]
    done = refresher.run()
    assert (done.code, done.error) == (0, "")
    assert "warning: registry" in done.log
    refresher.world.replies["exchange"] = [registry_error(401)]
    assert refresher.run().code == 1


def test_refused_namespace_does_not_keep_the_others_from_theirs(refresher: Refresher):
    refresher.configure(namespaces=(PullNamespace("bank"), PullNamespace("shop")))
    refresher.world.add_secret()
    done = refresher.run()
    assert done.code == 1
    assert done.error.count("secret bank/registry-pull") == 1
    assert list(refresher.world.entries()) == [refresher.registries[0]]


def test_what_another_left_in_the_secret_stops_nothing(refresher: Refresher):
    refresher.world.add_secret()
    for text in ("no JSON", "[]", '{"auths": []}', json.dumps({"auths": {refresher.registries[0]: "text"}})):
        data = {".dockerconfigjson": base64.b64encode(text.encode()).decode()}
        refresher.world.secrets["shop/registry-pull"]["data"] = data
        assert refresher.run().code == 0


@pytest.mark.parametrize("exp", ["never", None, 1e300, [1]])
def test_a_token_that_somebody_wrote_into_one_secret_keeps_no_other_from_its_own(refresher: Refresher, exp: object):
    refresher.configure(namespaces=(PullNamespace("bank"), PullNamespace("shop")))
    refresher.world.add_secret("bank/registry-pull")
    refresher.world.add_secret()
    written = json.dumps({"auths": {refresher.registries[0]: {"password": jwt("x", exp=exp)}}})
    refresher.world.secrets["bank/registry-pull"]["data"][".dockerconfigjson"] = base64.b64encode(
        written.encode()
    ).decode()
    refresher.world.replies["entra"] = [entra_error(700024)]
    done = refresher.run()
    assert "has expired" in done.error
    assert refresher.world.annotations()["last-error"] == done.error


def test_what_a_registry_says_reaches_the_log_without_control(refresher: Refresher):
    refresher.world.add_secret()
    refresher.world.replies["exchange"] = [registry_error(404, "X", "\x1b[2Kall is well \ud800")]
    done = refresher.run()
    assert "\\x1b[2Kall is well \\ud800" in done.error
    assert refresher.world.annotations()["last-error"] == done.error


@pytest.mark.parametrize("server", ["a/b", "user@host", "a b", "https://a", ""])
def test_name_that_is_not_a_host_gets_no_token(refresher: Refresher, server: str):
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(server))
    done = refresher.run()
    assert done.code == 2
    assert f"'{server}' is not a host name" in done.error


def test_authority_must_be_https(refresher: Refresher):
    refresher.world.add_secret()
    path = refresher.folder / "config.json"
    path.write_text(path.read_text().replace('"https://', '"http://'))
    assert "'authority' must begin with https://" in refresher.run().error
    assert "entra" not in refresher.world.steps()


def test_broken_configuration_ends_with_a_sentence_and_no_traceback(refresher: Refresher):
    (refresher.folder / "config.json").write_text("{}")
    done = refresher.run()
    assert done.code == 2
    assert done.error.startswith("the refresher stopped: KeyError at line ")
    assert "\n" not in done.error


def test_token_file_that_holds_no_token_is_not_printed(refresher: Refresher):
    refresher.world.add_secret()
    (refresher.folder / "entra").write_text("planted\r\nHeader: planted")
    done = refresher.run()
    assert done.code == 1
    assert "planted" not in done.error + done.log
