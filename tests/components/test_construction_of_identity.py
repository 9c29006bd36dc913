"""What a ``PullIdentity`` declares. ``construction.py`` says what such tests do not prove."""

from __future__ import annotations

import pytest

from crosstenant import (
    RotationArgs,
)
from crosstenant.components.argument_error import ArgumentError
from tests.components.construction import (
    APP,
    APPLICATION,
    PASSWORD,
    PRINCIPAL,
    build,
)
from tests.components.programs import identity


def test_the_application_and_its_service_principal():
    built = build(identity)
    application = built.one(APPLICATION)
    assert application.inputs == {
        "displayName": "id (stack)",
        "owners": ["caller"],
        "signInAudience": "AzureADMultipleOrgs",
        "web": {"redirectUris": ["https://www.microsoft.com/"]},
    }
    principal = built.one(PRINCIPAL)
    assert (principal.name, principal.inputs) == (
        "id-cluster-service-principal",
        {"clientId": APP, "owners": ["caller"]},
    )
    # Whoever runs the next update is another caller, and the component may be renamed: no reason to change anything.
    ignored = [list(it.request.ignoreChanges) for it in (application, principal)]
    assert ignored == [["owners", "displayName"], ["owners"]]
    assert principal.request.deletedWith.endswith("::id-application"), "a missing one does not stop a destroy"


def test_owners_that_the_program_names_are_kept_as_it_says():
    built = build(lambda: identity(owners=["someone"], display_name="Pull", for_consent=True))
    application = built.one(APPLICATION)
    assert application.inputs["owners"] == ["someone"]
    assert application.inputs["displayName"] == "Pull"
    assert [it["resourceAppId"] for it in application.inputs["requiredResourceAccesses"]] == [
        "00000003-0000-0000-c000-000000000000"
    ]
    assert list(application.request.ignoreChanges) == []
    assert [it.token for it in built.invokes if it.token.startswith("azuread:")] == []


def test_details_of_the_application_are_passed_on():
    details = {"service_management_reference": "CMDB-4711", "notes": "Pulls.\n", "tags": ["production"]}
    application = build(lambda: identity(**details)).one(APPLICATION)
    assert application.inputs["serviceManagementReference"] == "CMDB-4711"
    assert application.inputs["notes"] == "Pulls.\n"
    assert application.inputs["tags"] == ["production"]


@pytest.mark.parametrize(
    ("details", "refusal"),
    [
        ({"service_management_reference": ""}, "service_management_reference: is empty: omit it"),
        ({"service_management_reference": "a\n"}, "service_management_reference: begins or ends with white space"),
        ({"notes": " \n"}, "notes: is empty: omit it"),
        ({"tags": ["a", "b", "a"]}, r"tags\[2\]: is the same as a tag before it: remove one"),
        ({"tags": ["a", ""]}, r"tags\[1\]: is empty: omit it"),
        ({"tags": "production"}, "tags: is of type str: write a list"),
    ],
)
def test_details_that_the_directory_cannot_keep_are_refused(details: dict[str, object], refusal: str):
    with pytest.raises(ArgumentError, match=refusal):
        build(lambda: identity(**details))


def test_one_secret():
    made = build(lambda: identity(rotation=RotationArgs(rotation_trigger="1"))).one(PASSWORD, "id-secret")
    assert made.inputs == {
        "applicationId": "id-application-id",
        "displayName": "id",
        "rotateWhenChanged": {"trigger": "1"},
    }
    assert "value" in made.request.additionalSecretOutputs
    assert list(made.request.ignoreChanges) == ["displayName"]
    assert [it.split("-error")[0] for it in made.request.hooks.on_error] == ["id-secret"]


def test_the_previous_secret_stays_whatever_it_is():
    built = build(lambda: identity(rotation=RotationArgs(rotate_every_days=30, keep_previous=True)))
    made = {it.name: it for it in built.resources if it.type == PASSWORD}
    assert set(made) == {"id-secret-even", "id-secret-odd"}
    (previous,) = [it for it in made.values() if len(it.request.ignoreChanges) > 1]
    (current,) = [it for it in made.values() if list(it.request.ignoreChanges) == ["displayName"]]
    assert list(previous.request.ignoreChanges) == ["displayName", "endDate", "rotateWhenChanged"]
    # What was the only secret becomes the previous one when keep_previous is first set.
    assert "id-secret" in {it.spec.name for it in previous.request.aliases}
    assert "id-secret" not in {it.spec.name for it in current.request.aliases}
