"""The consent page's address, and what is said while a consent is missing."""

from __future__ import annotations

from crosstenant.model.clouds import PUBLIC
from crosstenant.model.consent import MissingConsent, consent_url

URL = "https://login.microsoftonline.com/tenant-b/adminconsent?client_id=app"
NEVER_GIVEN = MissingConsent("tenant-b", "app", URL)
WITHDRAWN = MissingConsent("tenant-b", "app", URL, withdrawn=True)
REMEDY = f"an administrator of tenant tenant-b must open {URL} and accept; then run"


def test_a_consent_page_without_a_redirect_uri_leaves_it_to_the_application():
    assert consent_url(PUBLIC, "tenant-b", "app") == URL


def test_a_failure_says_what_stays_undone_who_opens_what_and_what_comes_next():
    assert NEVER_GIVEN.failure() == (
        "registry tenant tenant-b has not given admin consent to application app, so no role is assigned there and no"
        f" cluster is touched: {REMEDY} 'pulumi up' again"
    )
    assert "to application app (waited 30 min), so no role" in NEVER_GIVEN.failure("30 min")


def test_a_consent_that_was_withdrawn_is_repaired_by_a_refreshing_update():
    assert WITHDRAWN.failure() == (
        "registry tenant tenant-b has withdrawn its admin consent to application app (the service principal there is"
        f" gone): {REMEDY} 'pulumi up --refresh' again"
    )
    assert WITHDRAWN.drift().endswith(f"and no node can pull: {REMEDY} 'pulumi up --refresh' again")


def test_a_preview_says_how_long_the_update_will_wait():
    assert NEVER_GIVEN.notice(0) == (
        "registry tenant tenant-b has not given admin consent to application app: the update ends there, unless an"
        f" administrator of tenant tenant-b opens {URL} and accepts before that"
    )
    assert "the update waits for up to 900 s, unless" in NEVER_GIVEN.notice(900)


def test_a_status_line_says_what_is_waited_for():
    assert NEVER_GIVEN.waiting("15 min") == (
        f"waiting up to 15 min for an administrator of tenant tenant-b to open {URL} and accept"
    )
