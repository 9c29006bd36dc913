"""The rules of federated identity credentials, and of the names that go with them."""

import pytest

from crosstenant.model import federation
from crosstenant.model.clouds import CHINA, PUBLIC, US_GOVERNMENT


def test_a_subject_names_namespace_and_service_account() -> None:
    assert federation.subject("crosstenant-prod", "pull-refresher") == (
        "system:serviceaccount:crosstenant-prod:pull-refresher"
    )


def test_each_cloud_has_its_audience() -> None:
    assert [federation.token_audience(it) for it in (PUBLIC, US_GOVERNMENT, CHINA)] == [
        "api://AzureADTokenExchange",
        "api://AzureADTokenExchangeUSGov",
        "api://AzureADTokenExchangeChina",
    ]


@pytest.mark.parametrize("name", ["abc", "0-a_", "a" * 120])
def test_a_credential_name_in_form(name: str) -> None:
    assert federation.is_credential_name(name)


@pytest.mark.parametrize("name", ["ab", "-abc", "_abc", "a.b.c", "a" * 121, "abc\n"])
def test_a_credential_name_out_of_form(name: str) -> None:
    assert not federation.is_credential_name(name)


def test_an_identity_name_may_be_longer_than_a_credential_name() -> None:
    assert federation.is_identity_name("a" * 128)
    assert not federation.is_identity_name("a" * 129)


@pytest.mark.parametrize(("name", "label"), [("team-a", True), ("a" * 63, True), ("a" * 64, False), ("A", False)])
def test_a_namespace_is_a_dns_label(name: str, label: bool) -> None:
    assert federation.is_namespace_name(name) is label


@pytest.mark.parametrize("name", ["-a", "a-", "a.b", "", "a_b"])
def test_what_is_no_dns_label(name: str) -> None:
    assert not federation.is_namespace_name(name)


@pytest.mark.parametrize(("name", "right"), [("a.b", True), ("a..b", False), ("a" * 253, True), ("a" * 254, False)])
def test_an_object_name_may_have_dots(name: str, right: bool) -> None:
    assert federation.is_object_name(name) is right


@pytest.mark.parametrize("location", ["Malaysia South", "malaysiasouth", "New Zealand North"])
def test_regions_without_credentials(location: str) -> None:
    assert not federation.has_credentials(location)
    assert federation.has_credentials("westeurope")


def test_a_credential_name_is_kept_where_it_is_in_form() -> None:
    assert federation.credential_name("prod", "aks-1") == "prod-aks-1"


@pytest.mark.parametrize("cluster", ["aks.1", "a" * 200, "Größe"])
def test_a_credential_name_is_put_in_form_and_stays_distinct(cluster: str) -> None:
    name = federation.credential_name("prod", cluster)
    assert federation.is_credential_name(name)
    assert name != federation.credential_name("prod", cluster.replace(".", "-").replace("ö", "o") + "x")


@pytest.mark.parametrize("text", ["Prod", "prod_1", "-", "x" * 80, "a.b"])
def test_a_dns_label_is_made_of_any_name(text: str) -> None:
    assert federation.is_namespace_name(federation.dns_label(text))


def test_two_names_never_become_one_dns_label() -> None:
    assert federation.dns_label("prod") == "prod"
    assert len({federation.dns_label(it) for it in ("prod", "Prod", "PROD", "prod-", "-prod")}) == 5
