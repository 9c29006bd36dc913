"""A renewal that succeeds: what is asked, what is written, and what stays as it was."""

from __future__ import annotations

import base64
import time
from datetime import datetime, timezone

from crosstenant.model.kubernetes.plan import ProvedRegistry, PullNamespace
from tests.refresher.conftest import Refresher
from tests.refresher.world import HOUR


def seconds(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


def test_pull_secret_holds_the_registrys_refresh_token(refresher: Refresher):
    refresher.world.add_secret()
    done = refresher.run()
    assert (done.code, done.error) == (0, "")
    assert refresher.world.steps() == ["entra", "exchange", "token", "manifest", "get", "patch"]
    (server,) = refresher.world.entries()
    entry = refresher.world.entries()[server]
    assert server == refresher.registries[0]
    assert entry["username"] == "00000000-0000-0000-0000-000000000000"
    assert entry["password"] in refresher.world.tokens
    assert base64.b64decode(entry["auth"]).decode() == f"{entry['username']}:{entry['password']}"
    assert f"registry {server}: renewed, manifest of 'app' ('1.0') read" in done.log


def test_entra_is_asked_for_the_registrys_audience_with_the_pods_token(refresher: Refresher):
    refresher.world.add_secret()
    refresher.run()
    form = refresher.world.asked[0][2]
    assert form["scope"] == "https://containerregistry.azure.net/.default"
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert form["client_assertion"] == (refresher.folder / "entra").read_text().strip()


def test_secret_keeps_its_uid_and_what_others_wrote_over_ten_renewals(refresher: Refresher):
    refresher.world.add_secret()
    passwords = set[str]()
    for _ in range(10):
        assert refresher.run().code == 0
        passwords |= {it["password"] for it in refresher.world.entries().values()}
    metadata = refresher.world.secrets["shop/registry-pull"]["metadata"]
    assert (metadata["uid"], metadata["annotations"]["someone"]) == ("uid-shop/registry-pull", "else")
    assert len(passwords) == 10


def test_annotations_say_expiry_and_last_success_on_the_registrys_clock(refresher: Refresher):
    refresher.world.add_secret()
    refresher.world.shift = 5 * HOUR
    begins = int(time.time())
    refresher.run()
    found = refresher.world.annotations()
    assert set(found) == {"expires-at", "last-success"}
    assert seconds(found["expires-at"]) - seconds(found["last-success"]) == 3 * HOUR
    assert begins <= seconds(found["last-success"]) - 5 * HOUR <= time.time()


def test_one_exchange_for_each_registry_fills_every_namespace(refresher: Refresher):
    one, two = refresher.registries
    namespaces = (PullNamespace("shop"), PullNamespace("bank", "images"))
    refresher.configure(ProvedRegistry(one, "app", "1.0"), ProvedRegistry(two), namespaces=namespaces)
    refresher.world.add_secret()
    refresher.world.add_secret("bank/images")
    assert refresher.run().code == 0
    assert refresher.world.steps().count("entra") == 1
    assert [host for step, host, _ in refresher.world.asked if step == "exchange"] == [one, two]
    assert set(refresher.world.entries()) == {one, two}
    assert refresher.world.entries() == refresher.world.entries("bank/images")


def test_registry_that_is_no_longer_named_leaves_the_secret(refresher: Refresher):
    one, two = refresher.registries
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(one), ProvedRegistry(two))
    refresher.run()
    refresher.configure(ProvedRegistry(two))
    refresher.run()
    assert set(refresher.world.entries()) == {two}


def test_secret_that_does_not_exist_is_created_where_that_is_permitted(refresher: Refresher):
    refresher.world.allowed = {("get", "shop/registry-pull"), ("create", "shop/registry-pull")}
    done = refresher.run()
    assert (done.code, done.error) == (0, "")
    assert refresher.world.secrets["shop/registry-pull"]["type"] == "kubernetes.io/dockerconfigjson"
    assert list(refresher.world.entries()) == [refresher.registries[0]]


def test_check_proves_and_writes_nothing(refresher: Refresher):
    refresher.world.add_secret()
    assert refresher.run("--check").code == 0
    assert refresher.world.steps() == ["entra", "exchange", "token", "manifest"]
    assert refresher.world.entries() == {}


def test_token_that_does_not_outlast_two_periods_is_warned_of(refresher: Refresher):
    refresher.world.add_secret()
    refresher.world.lifetime = 2089
    done = refresher.run()
    assert done.code == 0
    assert "is valid for 2089 s, less than two periods: run more often" in done.log
    refresher.world.lifetime = 2 * HOUR
    assert "warning" not in refresher.run().log


def test_proof_without_a_reference_ends_with_the_granted_actions(refresher: Refresher):
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(refresher.registries[0], "app"))
    assert "pull of 'app' granted" in refresher.run().log
    assert "manifest" not in refresher.world.steps()


def test_skipped_proof_asks_for_no_repository(refresher: Refresher):
    refresher.world.add_secret()
    refresher.configure(ProvedRegistry(refresher.registries[0], "app", "1.0", "skip"))
    assert "no pull proved" in refresher.run().log
    assert refresher.world.steps() == ["entra", "exchange", "get", "patch"]


def test_digest_is_asked_for_as_it_is(refresher: Refresher):
    refresher.world.add_secret()
    digest = f"sha256:{'a' * 64}"
    refresher.world.images.add(("app", digest))
    refresher.configure(ProvedRegistry(refresher.registries[0], "app", digest))
    assert f"manifest of 'app' ('{digest}') read" in refresher.run().log
