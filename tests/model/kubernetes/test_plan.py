"""The refresher's plan, and the form of its configuration."""

from __future__ import annotations

import json

from crosstenant.model.kubernetes.plan import (
    ProvedRegistry,
    PullNamespace,
    RefresherConfig,
    RefresherPlan,
    content_hash,
)


def test_configuration_has_the_form_that_the_refresher_reads():
    config = RefresherConfig(
        tenant_id="b" * 8,
        client_id="c" * 8,
        authority="https://login.microsoftonline.com",
        registries=[ProvedRegistry("one.azurecr.io", "app", "1.0", "warn"), ProvedRegistry("two.azurecr.io")],
        namespaces=[PullNamespace("shop"), PullNamespace("bank", "images")],
        period_seconds=1800,
    )
    assert json.loads(config.text()) == {
        "tenantId": "b" * 8,
        "clientId": "c" * 8,
        "authority": "https://login.microsoftonline.com",
        "scope": "https://containerregistry.azure.net/.default",
        "periodSeconds": 1800,
        "registries": [
            {"loginServer": "one.azurecr.io", "mode": "warn", "repository": "app", "reference": "1.0"},
            {"loginServer": "two.azurecr.io", "mode": "require"},
        ],
        "secrets": [{"namespace": "shop", "name": "registry-pull"}, {"namespace": "bank", "name": "images"}],
    }
    assert config.text() == config.text()


def test_subject_is_the_refreshers_service_account():
    plan = RefresherPlan("crosstenant-images", (), "7 * * * *")
    assert plan.subject == "system:serviceaccount:crosstenant-images:pull-refresher"


def test_content_hash_tells_texts_apart():
    assert content_hash("a", "bc") != content_hash("ab", "c")
    assert content_hash("a", "bc") == content_hash("a", "bc")
