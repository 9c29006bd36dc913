"""IDs and names: what a parser accepts has one plain spelling, which the parser reads again as the same."""

from __future__ import annotations

import contextlib
import re

from hypothesis import given
from hypothesis import strategies as st

from crosstenant.model.argument_text import quoted
from crosstenant.model.arm_id import (
    CLUSTER_TYPE,
    IDENTITY_TYPE,
    REGISTRY_TYPE,
    parse_arm_id,
    parse_role_assignment,
    parse_role_definition,
    parse_scope,
)
from crosstenant.model.image_reference import check_reference
from crosstenant.model.repository_condition import check_prefix, check_repository
from crosstenant.model.uuids import read_uuid
from tests.hostile.texts import near, texts

U = "a0000000-0000-4000-8000-0000000000a1"
ids = st.one_of(
    texts,
    near(
        "/subscriptions/",
        "/resourceGroups/",
        "/providers/",
        U,
        "rg",
        CLUSTER_TYPE,
        REGISTRY_TYPE,
        "/aks-prod",
        "/fabrikamimages",
        "/Microsoft.Authorization/roleAssignments/",
    ),
    st.builds(
        "/subscriptions/{}/resourceGroups/{}/providers/{}/{}{}".format,
        st.just(U),
        st.one_of(st.just("rg"), texts),
        st.sampled_from([CLUSTER_TYPE, REGISTRY_TYPE, IDENTITY_TYPE, "Microsoft.Network/virtualNetworks"]),
        st.one_of(st.just("fabrikamimages"), texts),
        st.one_of(st.just(""), st.builds("/subnets/{}".format, texts), texts),
    ),
)
uuids = st.one_of(texts, near(U, U[:8], "-", "{", "}", "a", "0"))
# A resource group's name may have letters of any script. Nothing in an ID ends its path or means something in a URL.
_PLAIN = re.compile(r"(/[\w().-]+)+")


@given(ids, st.sampled_from([CLUSTER_TYPE, REGISTRY_TYPE, IDENTITY_TYPE]))
def test_an_arm_id_has_one_plain_spelling(text: str, kind: str):
    try:
        parsed = parse_arm_id(text, kind)
    except ValueError as error:
        assert str(error).isprintable()
        return
    assert _PLAIN.fullmatch(str(parsed))
    assert parse_arm_id(str(parsed), kind) == parsed
    assert parsed.resource_type == kind
    assert parsed.name.isascii()


@given(ids)
def test_a_scope_has_one_plain_spelling(text: str):
    try:
        parsed = parse_scope(text)
    except ValueError as error:
        assert str(error).isprintable()
        return
    spelled = str(parsed)
    assert spelled.isprintable()
    assert not set(spelled) & set("?#%\\\"'<>"), "a sign that means something in a URL"
    assert not {".", ".."} & set(spelled.split("/")), "a step to another object"
    assert parse_scope(spelled) == parsed
    assert spelled.startswith("/subscriptions/")


@given(st.one_of(ids, st.builds("{}/providers/Microsoft.Authorization/roleAssignments/{}".format, ids, uuids)))
def test_a_role_assignment_is_read_or_refused(text: str):
    with contextlib.suppress(ValueError):
        parsed = parse_role_assignment(text)
        assert parse_role_assignment(str(parsed)) == parsed


@given(st.one_of(uuids, st.builds("/providers/Microsoft.Authorization/roleDefinitions/{}".format, uuids)))
def test_a_guid_has_one_spelling(text: str):
    found = read_uuid(text)
    if found is not None:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found)
        assert read_uuid(found) == found
    with contextlib.suppress(ValueError):
        assert read_uuid(parse_role_definition(text)) == parse_role_definition(text)


@given(ids)
def test_a_message_repeats_nothing_but_a_path(text: str):
    shown = quoted(text)
    assert shown.isprintable()
    assert shown == "the value" or text in shown


@given(st.one_of(texts, near("backend", "/", "api", ".", "_", "__", "-", "*", "A", ":", "@")))
def test_names_that_are_accepted_mean_nothing_in_a_condition_or_a_url(text: str):
    for check in (check_repository, check_prefix, check_reference):
        with contextlib.suppress(ValueError):
            check(text)
            assert re.fullmatch(r"[A-Za-z0-9._/:-]+", text)
