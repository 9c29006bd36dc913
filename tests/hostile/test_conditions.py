"""A condition that somebody else wrote: the package takes it for its own only where it grants the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstenant.cli.adopt.condition_reading import repositories_of
from crosstenant.model.repository_condition import repository_condition
from crosstenant.sandbox.arm.roles.conditions import parse_condition
from tests.hostile.texts import near, texts

NAME = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]"
READ = "Microsoft.ContainerRegistry/registries/repositories/content/read"
segments = st.from_regex(r"[a-z0-9]{1,4}([._-][a-z0-9]{1,3})?", fullmatch=True)
repositories = st.lists(st.lists(segments, min_size=1, max_size=3).map("/".join), max_size=3)
prefixes = st.lists(segments.map("{}/".format), max_size=3)
names = st.one_of(segments, texts, st.sampled_from(["backend", "backend/api", "x", "' OR '1"]))
parts = near(
    "(",
    ")",
    "!(",
    f"ActionMatches{{'{READ}'}}",
    " OR ",
    " AND ",
    " NOT ",
    NAME,
    " StringEqualsIgnoreCase ",
    " StringStartsWithIgnoreCase ",
    " StringEquals ",
    "'backend'",
    "'backend/'",
    repository_condition(["backend"], []),
)


@given(repositories, prefixes)
def test_a_condition_of_ours_is_read_back(whole: list[str], begun: list[str]):
    if whole or begun:
        text = repository_condition(whole, begun)
        found = repositories_of(text)
        assert found is not None
        assert set(found[0]) == set(whole)
        assert set(found[1]) == set(begun)


def changed() -> st.SearchStrategy[str]:
    """Conditions of ours in which a piece is replaced, doubled, or taken out."""

    @st.composite
    def make(draw: st.DrawFn) -> str:
        text = repository_condition(draw(repositories) or ["backend"], draw(prefixes))
        at = draw(st.integers(0, len(text)))
        end = draw(st.integers(at, min(len(text), at + 40)))
        return text[:at] + draw(st.one_of(parts, texts, st.just(text[at:end] * 2))) + text[end:]

    return make()


@given(st.one_of(changed(), parts, texts), names)
def test_a_condition_that_is_taken_for_ours_grants_what_ours_grants(text: str, name: str):
    found = repositories_of(text)
    if found is None:
        return
    ours = parse_condition(repository_condition(*found))
    theirs = parse_condition(text)
    for candidate in (name, *found[0], *(f"{it}x" for it in found[1])):
        attributes = {NAME: candidate}
        assert theirs.allows(READ, attributes) == ours.allows(READ, attributes), candidate


@pytest.mark.parametrize(
    ("here", "there"), [("ActionMatches", "Action Matches"), ("'backend'", "'back end'"), ("read'", "re ad'")]
)
def test_white_space_within_a_word_or_a_name_is_another_condition(here: str, there: str):
    ours = repository_condition(["backend"], [])
    assert here in ours
    assert repositories_of(ours.replace(here, there)) is None


@given(st.one_of(changed(), parts, texts))
def test_the_sandbox_reads_a_condition_or_refuses_it(text: str):
    try:
        condition = parse_condition(text)
    except ValueError:
        return
    condition.allows(READ, {NAME: "backend"})
