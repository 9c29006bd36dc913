"""A secret in the place of an ID is never repeated: not by the rule, and not by a message about any such argument."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crosstenant.model.argument_text import quoted, quoted_name
from crosstenant.model.arm_id import (
    CLUSTER_TYPE,
    REGISTRY_TYPE,
    parse_arm_id,
    parse_role_assignment,
    parse_role_definition,
    parse_scope,
)
from crosstenant.model.credentials.arguments import ARGUMENTS
from crosstenant.model.credentials.tenant_check import check_tenant_arguments

SUBSCRIPTION = "/subscriptions/a0000000-0000-4000-8000-0000000000a1"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
SECRETS = [
    "abc8Q~Zt-secret_of.the~form~that_entra-makes",
    "hunter2",
    "Zm9v/YmFy+c2VjcmV0/dGhhdA==",
    "/Zm9v/YmFy",
    "/subscriptions/hunter2",
    f"/subscriptions/hunter2/resourceGroups/rg/providers/{CLUSTER_TYPE}/aks",
    f"{SUBSCRIPTION}/resourceGroups/abc8Q~Zt-secret_of/providers/{REGISTRY_TYPE}/images",
    f"{GROUP}/providers/{CLUSTER_TYPE}/abc8Q~Zt-secret_of",
    f"{GROUP}/providers/{REGISTRY_TYPE}/abc8Q~Zt-secret_of",
    f"{GROUP}/providers/Microsoft.Network/abc8Q~Zt-secret_of",
    f"{GROUP}/providers/abc8Q~Zt-secret_of/virtualNetworks/vnet",
    f"{SUBSCRIPTION}?sig=hunter2",
    f"{GROUP}/eyJ0eXAiOiJKV1Qi.{'eyJvaWQiOiIxIn0' * 10}",
    f"{SUBSCRIPTION}/\x1b[31mhunter2",
    f"{SUBSCRIPTION}\n/hunter2",
]
TELLING = ("hunter2", "8Q~", "Zm9v", "eyJ", "sig=", "\x1b")
READERS: list[Callable[[str], object]] = [
    lambda text: parse_arm_id(text, CLUSTER_TYPE),
    lambda text: parse_arm_id(text, REGISTRY_TYPE),
    parse_scope,
    parse_role_definition,
    parse_role_assignment,
]


@pytest.mark.parametrize(
    "text",
    [
        SUBSCRIPTION,
        GROUP,
        f"{GROUP}//",
        f"{GROUP}/providers/{REGISTRY_TYPE}/fabrikam-images",
        f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub_(old)",
        "/providers/Microsoft.Authorization/roleDefinitions/AcrPull",
    ],
)
def test_path_that_begins_as_an_arm_id_is_repeated(text: str):
    assert quoted(text) == f"'{text}'"


@pytest.mark.parametrize("text", ["", "/", "aks-prod", "/providers", *SECRETS])
def test_all_else_is_not_repeated(text: str):
    assert quoted(text) == "the value"


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("read", READERS)
def test_refused_id_never_shows_a_secret(read: Callable[[str], object], text: str):
    try:
        read(text)
    except ValueError as error:
        message = str(error)
    else:
        # A scope may name any resource: what is accepted here is refused by Azure, or by a check of its own.
        return
    assert [it for it in TELLING if it in message] == []
    assert "form is" in message or "name of a" in message


@pytest.mark.parametrize("name", [it.name for it in ARGUMENTS.values() if not it.secret])
def test_wrong_argument_of_a_tenant_never_shows_a_secret(name: str):
    given = {"tenant_id": "a0000000-0000-4000-8000-00000000000a", name: SECRETS[0]}
    assert [it.reason for it in check_tenant_arguments(given) if SECRETS[0] in it.reason] == []


@pytest.mark.parametrize("name", ["tenant_id", "subscription_id", "client_id", "environment", "use_msi", "use_cli"])
def test_argument_of_a_tenant_that_has_a_form_refuses_a_secret_by_name(name: str):
    given = {"tenant_id": "a0000000-0000-4000-8000-00000000000a", name: SECRETS[0]}
    assert [it.argument for it in check_tenant_arguments(given)] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Backend/API",
        "fabrikam2images.azurecr.io/backend/api:1.0 ; id",
        f"backend/api@sha256:{'AB01' * 16}",
        "2026-01-01T00:00:00",
        "next Tuesday (soon)",
        "a-very-long-name-of-a-repository-with-many-words/and-more-of-them",
        "westeurope2",
        "k8s-e2e-v2/img4:v5",
        "mcr.microsoft.com/oss/kubernetes/pause:3.9-rc1",
        "a0000000-0000-4000-8000-00000000000c",
    ],
)
def test_name_made_of_words_is_repeated(text: str):
    assert quoted_name(text) == f"'{text}'"


@pytest.mark.parametrize(
    "text",
    [
        "abc8Q~Zt-secret_of.the~form~that_entra-makes",
        "Zm9vYmFyc2VjcmV0dGhhdA==",
        "Zm9vYmFy0c2VjcmV0dGhhdA",
        "hunter2hunter2",
        "Ty8-nPEAsqTr3_tYuVGfuxRACYGlvlVkvdFbppbGaBM",
        "da32Awnc-x8hVcYgT4t_aw",
        "ZsSd0hW5@yYq.oPB",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "eyJ0eXAiOiJKV1Qi.eyJvaWQiOiIxIn0",
        "correct+horse",
        "p@ss/w0rd!",
        "apiVersion: v1\nkind: Config",
        "x" * 301,
    ],
)
def test_what_has_the_look_of_a_secret_is_not(text: str):
    assert quoted_name(text) == "the value"
