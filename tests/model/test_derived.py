"""Names, documents and addresses that are derived from what they are about."""

import json
from base64 import b64decode
from datetime import datetime, timezone

import pytest

from crosstenant.components.argument_error import ArgumentError
from crosstenant.components.arguments.arg_path import ArgPath
from crosstenant.components.arguments.secret_dates import check_end_date
from crosstenant.model.clouds import CHINA, PUBLIC, US_GOVERNMENT, cloud_named
from crosstenant.model.consent import consent_url
from crosstenant.model.docker_config import docker_config
from crosstenant.model.names import role_assignment_name

AT = ArgPath("X") / "rotation" / "end_date"
SCOPE = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/images"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
REPOSITORY_READER = "b93aa761-3e63-49ed-ac28-beffa264f7ac"


def test_role_assignment_name_is_the_same_in_every_stack():
    assert role_assignment_name(SCOPE, "p", ACR_PULL) == "608b365b-d3b2-5f69-a7c7-fe102880d087"
    assert role_assignment_name(SCOPE.upper(), "P", ACR_PULL.upper()) == role_assignment_name(SCOPE, "p", ACR_PULL)


def test_another_role_principal_or_scope_gives_another_name():
    names = {
        role_assignment_name(SCOPE, "p", ACR_PULL),
        role_assignment_name(SCOPE, "p", REPOSITORY_READER),
        role_assignment_name(SCOPE, "q", ACR_PULL),
        role_assignment_name(SCOPE + "2", "p", ACR_PULL),
    }
    assert len(names) == 4


def test_docker_config_has_an_entry_for_each_registry():
    document = json.loads(docker_config(["a.azurecr.io", "b.azurecr.io"], "app", "s:e/c+r=t"))
    assert list(document["auths"]) == ["a.azurecr.io", "b.azurecr.io"]
    entry = document["auths"]["b.azurecr.io"]
    assert (entry["username"], entry["password"]) == ("app", "s:e/c+r=t")
    assert b64decode(entry["auth"]).decode() == "app:s:e/c+r=t"


def test_consent_url_is_of_the_cloud_and_the_registry_tenant():
    assert consent_url(US_GOVERNMENT, "tenant-b", "app", "https://www.microsoft.com/") == (
        "https://login.microsoftonline.us/tenant-b/adminconsent"
        "?client_id=app&redirect_uri=https%3A%2F%2Fwww.microsoft.com%2F"
    )


@pytest.mark.parametrize(
    ("cloud", "host", "owned"),
    [
        (PUBLIC, "images.azurecr.io", True),
        (PUBLIC, "IMAGES.AzureCR.io.", True),
        (PUBLIC, "images-abc123.azurecr.io", True),
        (PUBLIC, "azurecr.io", False),
        (PUBLIC, "images.azurecr.io.evil.example", False),
        (PUBLIC, "imagesazurecr.io", False),
        (PUBLIC, "images.azurecr.us", False),
        (US_GOVERNMENT, "images.azurecr.us", True),
        (CHINA, "images.azurecr.cn", True),
        (CHINA, "images.azurecr.io", False),
    ],
)
def test_a_cloud_knows_its_login_servers(cloud, host: str, owned: bool):
    assert cloud.owns_login_server(host) is owned


def test_an_unknown_cloud_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="public, usgovernment, china"):
        cloud_named("german")


NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["2027-06-30", "2027-06-30T00:00:00+00:00", "2027-06-30T00:00:00.000Z", "soon"])
def test_an_end_date_in_another_form_is_refused(text: str):
    with pytest.raises(ArgumentError, match=r"X: rotation\.end_date: .*2027-06-30T00:00:00Z"):
        check_end_date(AT, text, now=NOW)


def test_an_end_date_is_refused_from_its_own_second_on():
    check_end_date(AT, None, now=NOW)
    check_end_date(AT, "2026-11-24T00:00:01Z", now=NOW)
    with pytest.raises(ArgumentError, match="is past"):
        check_end_date(AT, "2026-11-24T00:00:00Z", now=NOW)
