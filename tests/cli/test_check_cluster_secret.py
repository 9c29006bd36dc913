"""What ``check`` says of the secret that a cluster was given, by its key ID."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from crosstenant.azure.directory.graph import Application, Secret
from crosstenant.cli.check.chain import CLUSTER, Chain, Link, LinkState, Tenancy
from crosstenant.cli.check.cluster_side import with_secret
from crosstenant.cli.check.reading import Unseen
from crosstenant.model.arm_id import CLUSTER_TYPE, parse_arm_id
from crosstenant.sandbox.world import seed

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
APP = "00000000-0000-4000-8000-0000000000bb"
KEY, OTHER_KEY = "00000000-0000-4000-8000-0000000000e1", "00000000-0000-4000-8000-0000000000e2"
AKS = parse_arm_id(seed.CLUSTER, CLUSTER_TYPE)
ACTS = Link(Tenancy.CLUSTER, CLUSTER, AKS.name, LinkState.OK, "acts as the application")


def said(application: Application | Unseen | None, *, given: str | None = KEY, stack: str = KEY) -> tuple[str, str]:
    """State and finding for a cluster that was given a secret."""
    chain = Chain(
        client_id=APP,
        cluster_tenant_id=seed.CLUSTER_TENANT,
        registry_tenant_id=seed.REGISTRY_TENANT,
        clusters=(AKS,),
        registries=(),
        cluster_key_ids=((AKS, given),) if given else (),
        secret_key_id=stack,
    )
    link = with_secret(ACTS, application, chain, AKS, NOW)
    return link.state.value, link.finding


def app(*key_ids: str, days: int = 90) -> Application:
    """The application with these secrets."""
    secrets = tuple(Secret(it, "", NOW + timedelta(days=days)) for it in key_ids)
    return Application(APP, "object", "puller", "AzureADMultipleOrgs", secrets)


def test_present_secret_of_the_stack_is_as_it_should_be():
    assert said(app(KEY.upper())) == ("ok", "acts as the application")
    assert said(app(OTHER_KEY)) == ("ok", "acts as the application"), "the link of the secret itself is broken"
    assert said(app(KEY), given=None) == ("ok", "acts as the application"), "a state without key IDs"


def test_secret_that_was_removed_or_has_ended_is_broken():
    assert said(app(OTHER_KEY), stack=OTHER_KEY) == (
        "BROKEN",
        f"acts as the application with secret {KEY}, which was removed",
    )
    assert said(app(KEY, days=0), stack=OTHER_KEY) == (
        "BROKEN",
        f"acts as the application with secret {KEY}, which ended at 2026-01-31T12:00:00Z",
    )


def test_other_secret_than_the_stacks_is_noted_even_unread():
    note = ("note", f"acts as the application with secret {KEY}, not the stack's present one")
    assert said(app(KEY, OTHER_KEY), stack=OTHER_KEY) == note
    assert said(Unseen("Authorization_RequestDenied"), stack=OTHER_KEY) == note
    assert said(Unseen("Authorization_RequestDenied")) == ("ok", "acts as the application")
