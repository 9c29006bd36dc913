"""What an interrupted update may have left, as ``check`` tells it."""

from __future__ import annotations

from datetime import datetime, timezone

from crosstenant.azure.directory.graph import Application, Secret
from crosstenant.cli.check.chain import APPLICATION, SECRET, Link, LinkState, Tenancy
from crosstenant.cli.check.leftovers import beside_left_secrets, beside_namesakes

ENDS = datetime(2099, 1, 1, tzinfo=timezone.utc)
OURS, LEFT, OTHER = Secret("k1", "prod", ENDS), Secret("k2", "prod", ENDS), Secret("k3", "by hand", ENDS)
APP = Application("app", "object", "prod (dev)", "AzureADMultipleOrgs", (OURS, LEFT, OTHER))


def link(name: str, state: LinkState = LinkState.OK) -> Link:
    return Link(Tenancy.CLUSTER, name, "it", state, "is well")


def test_a_secret_of_the_stacks_name_that_the_stack_does_not_know_comes_with_its_end():
    noted = beside_left_secrets(link(SECRET), APP, OURS, ("k1",))
    assert noted.state is LinkState.NOTE
    assert noted.finding == "is well, of which the stack does not know 1 of the same display name"
    assert noted.remedy.endswith("'az ad app credential delete --id app --key-id k2'")


def test_known_secrets_and_those_of_other_names_are_left_alone():
    for known in (("k1", "k2"), ()):
        assert beside_left_secrets(link(SECRET), APP, OURS, known) == link(SECRET)


def test_an_application_of_the_same_name_is_named():
    noted = beside_namesakes(link(APPLICATION), ["other"])
    assert noted.state is LinkState.NOTE
    assert noted.finding == "is well; other applications have its display name: other"
    assert noted.remedy.endswith("'az ad app delete --id other'")
    assert beside_namesakes(link(APPLICATION), []) == link(APPLICATION)


def test_a_broken_link_stays_what_it_is():
    broken = link(SECRET, LinkState.BROKEN)
    assert beside_left_secrets(broken, APP, OURS, ("k1",)) == broken
    assert beside_namesakes(broken, ["other"]) == broken
