"""What the delivery ``external-secrets`` puts into a namespace."""

from __future__ import annotations

import json
from typing import Any, cast

from crosstenant.model.kubernetes.external_secrets_objects import (
    ExternalSecretsObjects,
    ExternalSecretsPlan,
    external_secrets_objects,
    pull_template,
)
from crosstenant.model.kubernetes.plan import PullNamespace

TENANT, CLIENT = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
SERVERS = ["one.azurecr.io", "two.azurecr.io"]
PLAN = ExternalSecretsPlan("crosstenant-images", (PullNamespace("shop", "pull", ("default",)), PullNamespace("bank")))


def made() -> tuple[ExternalSecretsObjects, ...]:
    return external_secrets_objects(
        PLAN, tenant_id=TENANT, client_id=CLIENT, login_servers=SERVERS, template=pull_template(SERVERS)
    )


def test_service_account_names_the_registry_tenant_and_each_namespace_has_a_subject():
    shop, bank = made()
    metadata = cast("Any", shop.service_account["metadata"])
    assert metadata["annotations"] == {
        "azure.workload.identity/client-id": CLIENT,
        "azure.workload.identity/tenant-id": TENANT,
    }
    assert cast("Any", bank.service_account["metadata"])["namespace"] == "bank"
    assert PLAN.subjects == (
        "system:serviceaccount:shop:crosstenant-images",
        "system:serviceaccount:bank:crosstenant-images",
    )


def test_one_generator_for_each_registry_with_the_registry_tenant():
    assert [it["spec"] for it in made()[0].generators] == [
        {
            "tenantId": TENANT,
            "registry": server,
            "environmentType": "PublicCloud",
            "auth": {"workloadIdentity": {"serviceAccountRef": {"name": "crosstenant-images"}}},
        }
        for server in SERVERS
    ]


def test_one_secret_is_made_of_all_registries_every_hour():
    shop = made()[0]
    spec = cast("Any", shop.external_secret["spec"])
    assert spec["refreshInterval"] == "1h0m0s"
    assert spec["target"]["name"] == "pull"
    assert spec["target"]["template"]["type"] == "kubernetes.io/dockerconfigjson"
    names = [it["sourceRef"]["generatorRef"]["name"] for it in spec["dataFrom"]]
    assert names == [cast("Any", it["metadata"])["name"] for it in shop.generators]
    assert [it["rewrite"][0]["regexp"]["target"] for it in spec["dataFrom"]] == ["registry0_$1", "registry1_$1"]
    assert cast("Any", shop.external_secret["metadata"])["annotations"] == {"pulumi.com/waitFor": "condition=Ready"}


def test_template_becomes_a_docker_config_once_the_operator_has_filled_it():
    text = pull_template(SERVERS)
    for number in range(2):
        user, token = f"{{{{ .registry{number}_username }}}}", f"{{{{ .registry{number}_password }}}}"
        basic = f'{{{{ printf "%s:%s" .registry{number}_username .registry{number}_password | b64enc }}}}'
        assert user in text
        assert basic in text
        text = text.replace(user, "u").replace(token, f"t{number}").replace(basic, f"b{number}")
    assert json.loads(text) == {
        "auths": {
            server: {"username": "u", "password": f"t{number}", "auth": f"b{number}"}
            for number, server in enumerate(SERVERS)
        }
    }
