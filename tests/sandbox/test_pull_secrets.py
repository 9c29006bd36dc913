"""Which credentials of its pull secrets a node shows a registry."""

import base64
import json
from typing import Any

import pytest

from crosstenant.sandbox.kubelet.pull_secrets import credentials_for

IMAGE = "fabrikamimages.azurecr.io/backend/api:1.0"
ACCOUNT = {"username": "user", "password": "word"}


def secret(auths: Any, kind: str = "kubernetes.io/dockerconfigjson", name: str = "pull") -> dict[str, Any]:
    content = base64.b64encode(json.dumps({"auths": auths}).encode()).decode()
    return {"metadata": {"namespace": "apps", "name": name}, "type": kind, "data": {".dockerconfigjson": content}}


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        ("fabrikamimages.azurecr.io", True),
        ("https://fabrikamimages.azurecr.io", True),
        ("https://fabrikamimages.azurecr.io/v2/", True),
        ("*.azurecr.io", True),
        ("fabrikamimages.azurecr.io/backend", True),
        ("fabrikamimages.azurecr.io/frontend", False),
        ("azurecr.io", False),
        ("*.io", False),
        ("fabrikamabac.azurecr.io", False),
        ("fabrikamimages.azurecr.io.example.com", False),
    ],
)
def test_credential_goes_only_to_the_registry_of_its_key(key: str, fits: bool) -> None:
    found = credentials_for(IMAGE, [secret({key: ACCOUNT})])
    assert [(it.username, it.password, it.holder) for it in found] == [("user", "word", "pull secret apps/pull")] * fits


def test_more_specific_key_is_tried_first_and_secrets_in_their_order() -> None:
    first = secret(
        {"*.azurecr.io": ACCOUNT, "fabrikamimages.azurecr.io": {"auth": base64.b64encode(b"a:b:c").decode()}}
    )
    second = secret({"fabrikamimages.azurecr.io": {"username": "last", "password": "word"}}, name="second")
    found = credentials_for(IMAGE, [first, second])
    assert [(it.username, it.password) for it in found] == [("a", "b:c"), ("user", "word"), ("last", "word")]


@pytest.mark.parametrize(
    "unusable",
    [
        secret({}),
        secret(None),
        secret({"fabrikamimages.azurecr.io": {}}),
        secret({"fabrikamimages.azurecr.io": {"auth": "!"}}),
        secret({"fabrikamimages.azurecr.io": ACCOUNT}, "Opaque"),
        {"metadata": {"namespace": "apps", "name": "none"}, "type": "kubernetes.io/dockerconfigjson", "data": {}},
    ],
)
def test_secret_without_a_credential_counts_as_none(unusable: dict[str, Any]) -> None:
    assert credentials_for(IMAGE, [unusable]) == []


def test_password_is_not_in_the_representation() -> None:
    [found] = credentials_for(IMAGE, [secret({"fabrikamimages.azurecr.io": ACCOUNT})])
    assert "word" not in repr(found).replace("password", "")
