"""The life of an object in the stand-in for kubernetes: check, diff, create, read, update, delete, and the wait."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from crosstenant.errors import OperatorError
from crosstenant.provider_kit.errors_to_grpc import PartialError
from crosstenant.provider_kit.interception import current_request
from crosstenant.provider_kit.resource import Change
from crosstenant.provider_kit.values import UNKNOWN
from crosstenant.sandbox.standins.kubernetes.api import ApiError, Unreachable
from crosstenant.sandbox.standins.kubernetes.resource import of_token
from tests.sandbox.standins.kubernetes_world import FakeApi, Kind

CONFIG_MAP = {"metadata": {"name": "it", "namespace": "shop"}, "data": {"key": "old"}}
JOB = {"metadata": {"name": "first", "namespace": "shop"}, "spec": {"template": {"spec": {"a": 1}}}}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def kind(api: FakeApi) -> Callable[..., Kind]:
    def make(token: str = "core/v1:ConfigMap", **settings: Any) -> Kind:
        return Kind(api, token, **settings)

    return make


@pytest.fixture
def ignoring() -> Any:
    token = current_request.set(SimpleNamespace(ignoreChanges=["data"], randomSeed=b""))
    yield
    current_request.reset(token)


def test_token_names_version_and_kind():
    found = [of_token(f"kubernetes:{it}") for it in ("core/v1:Secret", "batch/v1:Job", "core/v1:ServiceAccountPatch")]
    assert [(it.api_version, it.kind, it.is_patch) for it in found if it] == [
        ("v1", "Secret", False),
        ("batch/v1", "Job", False),
        ("v1", "ServiceAccount", True),
    ]
    custom = of_token("kubernetes:external-secrets.io/v1:ExternalSecret")
    assert custom is not None
    assert custom.api_version == "external-secrets.io/v1"
    assert of_token("kubernetes:yaml/v2:ConfigFile") is not None
    assert of_token("pulumi:providers:kubernetes") is None


def test_only_a_secrets_content_is_secret():
    secret, config_map = of_token("kubernetes:core/v1:Secret"), of_token("kubernetes:core/v1:ConfigMap")
    assert secret is not None
    assert config_map is not None
    assert secret.secret_properties == {"data", "stringData"}
    assert config_map.secret_properties == frozenset()


async def test_name_is_made_up_once_and_kept(kind: Callable[..., Kind]):
    found = kind()
    inputs = await found.checked({"data": {}})
    assert inputs["metadata"]["name"].startswith("it-")
    assert inputs["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert (await found.checked({"data": {"a": "b"}}, inputs))["metadata"] == inputs["metadata"]


async def test_patch_needs_a_name(kind: Callable[..., Kind]):
    found = kind("core/v1:ServiceAccountPatch")
    _, failures = await found.resource.check(found.urn, {}, {"imagePullSecrets": []})
    assert [it.property for it in failures] == ["metadata"]


async def test_text_of_a_secret_is_compared_with_its_data(kind: Callable[..., Kind], api: FakeApi):
    found = kind("core/v1:Secret")
    program = {"metadata": {"name": "it"}, "stringData": {"key": "text"}}
    resource_id, inputs, _ = await found.created(program)
    live = api.objects["Secret", "default", "it"]
    del live["stringData"]
    live["data"] = {"key": "dGV4dA=="}
    observed = await found.resource.read(found.urn, resource_id, inputs, {})
    assert observed is not None
    assert observed.inputs["data"] == {"key": "dGV4dA=="}
    for known in (inputs, observed.inputs):
        assert (await found.diff(resource_id, known, observed.outputs, program)).differences == {}
    other = {**program, "stringData": {"key": "other"}}
    diff = await found.diff(resource_id, inputs, observed.outputs, other)
    assert {path: it.change for path, it in diff.differences.items()} == {"data.key": Change.REPLACE}


async def test_provider_fills_in_its_namespace(kind: Callable[..., Kind]):
    assert (await kind(namespace="own").checked({"metadata": {"name": "it"}}))["metadata"]["namespace"] == "own"
    inputs = await kind("core/v1:Namespace", namespace="own").checked({"metadata": {"name": "it"}})
    assert "namespace" not in inputs["metadata"]


async def test_created_object_shows_no_change(kind: Callable[..., Kind]):
    found = kind()
    resource_id, inputs, outputs = await found.created(CONFIG_MAP)
    assert resource_id == "shop/it"
    assert outputs["metadata"]["uid"] == "1"
    assert "managedFields" not in outputs["metadata"]
    assert (await found.diff(resource_id, inputs, outputs, CONFIG_MAP)).differences == {}


async def test_object_that_exists_is_not_taken_over(kind: Callable[..., Kind], api: FakeApi):
    api.put("ConfigMap", "it", {"metadata": {}}, "shop")
    with pytest.raises(OperatorError, match='configmaps "it" already exists'):
        await kind().created(CONFIG_MAP)
    await kind(upserts=True).created(CONFIG_MAP)


async def test_patch_changes_an_object_that_exists(kind: Callable[..., Kind], api: FakeApi):
    account = api.put("ServiceAccount", "default", {"metadata": {"name": "default", "labels": {"a": "b"}}}, "shop")
    patch = {"metadata": {"name": "default", "namespace": "shop"}, "imagePullSecrets": [{"name": "pull"}]}
    found = kind("core/v1:ServiceAccountPatch")
    resource_id, _, outputs = await found.created(patch)
    assert account["metadata"]["labels"] == {"a": "b"}
    await found.resource.delete(found.urn, resource_id, outputs, 0)
    assert api.applied[-1] == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": "shop"},
    }
    assert ("ServiceAccount", "shop", "default") in api.objects


async def test_conflict_with_another_manager_is_told(kind: Callable[..., Kind], api: FakeApi):
    api.refusals = [ApiError(409, 'conflict with "kubectl": .imagePullSecrets')]
    with pytest.raises(OperatorError, match=r"(?s)field conflict detected.*conflict with .kubectl."):
        await kind().created(CONFIG_MAP)


async def test_annotation_takes_over_what_another_manager_owns(kind: Callable[..., Kind], api: FakeApi):
    await kind().created({"metadata": {"name": "it", "annotations": {"pulumi.com/patchForce": "true"}}})
    assert api.calls[-1] == "apply ConfigMap with force"


async def test_namespace_made_a_moment_ago_is_waited_for(kind: Callable[..., Kind], api: FakeApi):
    api.refusals = [ApiError(404, 'namespaces "shop" not found')] * 2
    found = kind()
    await found.created(CONFIG_MAP)
    assert found.waits == [0.25, 0.5]


async def test_drift_becomes_part_of_the_inputs(kind: Callable[..., Kind], api: FakeApi):
    found = kind("batch/v1:CronJob")
    program = {"metadata": {"name": "it"}, "spec": {"suspend": False}}
    resource_id, inputs, outputs = await found.created(program)
    api.objects["CronJob", "default", "it"]["spec"] = {"suspend": True, "successfulJobsHistoryLimit": 3}
    observed = await found.resource.read(found.urn, resource_id, inputs, outputs)
    assert observed is not None
    assert observed.inputs["spec"] == {"suspend": True}
    diff = await found.diff(resource_id, observed.inputs, observed.outputs, program)
    assert {path: it.change for path, it in diff.differences.items()} == {"spec.suspend": Change.UPDATE}


async def test_object_that_is_gone_is_not_observed(kind: Callable[..., Kind], api: FakeApi):
    found = kind()
    resource_id, inputs, outputs = await found.created(CONFIG_MAP)
    api.objects.clear()
    assert await found.resource.read(found.urn, resource_id, inputs, outputs) is None
    await found.resource.delete(found.urn, resource_id, outputs, 0)


async def test_import_takes_the_live_object_without_what_the_server_wrote(kind: Callable[..., Kind]):
    found = kind()
    resource_id, inputs, _ = await found.created(CONFIG_MAP)
    observed = await found.resource.read(found.urn, resource_id, {}, {})
    assert observed is not None
    assert observed.inputs == inputs


async def test_replacement_of_a_named_object_deletes_first(kind: Callable[..., Kind], api: FakeApi):
    api.put("Job", "first", {"status": {"conditions": [{"type": "Complete", "status": "True"}]}}, "shop")
    found = kind("batch/v1:Job", upserts=True)
    resource_id, inputs, outputs = await found.created(JOB)
    diff = await found.diff(resource_id, inputs, outputs, {**JOB, "spec": {"template": {"spec": {"a": 2}}}})
    assert diff.differences["spec.template.spec.a"].change is Change.REPLACE
    assert diff.delete_before_replace
    moved = await found.diff(resource_id, inputs, outputs, {**JOB, "metadata": {"name": "first", "namespace": "other"}})
    assert moved.differences["metadata.namespace"].change is Change.REPLACE
    assert not moved.delete_before_replace


@pytest.mark.usefixtures("ignoring")
async def test_ignored_content_of_another_manager_is_not_sent(kind: Callable[..., Kind], api: FakeApi):
    program = {"metadata": {"name": "it"}, "data": {"key": "empty"}}
    found = kind("core/v1:Secret")
    resource_id, inputs, outputs = await found.created(program)
    live = api.objects["Secret", "default", "it"]
    live["data"] = {"key": "filled"}
    live["metadata"]["managedFields"] = [{"manager": "refresher", "fieldsV1": {"f:data": {"f:key": {}}}}]
    labelled = {**program, "metadata": {"name": "it", "labels": {"a": "b"}}}
    diff = await found.diff(resource_id, inputs, {**outputs, "data": {"key": "filled"}}, labelled)
    assert list(diff.differences) == ["metadata.labels"]
    await found.resource.update(found.urn, resource_id, outputs, await found.checked(labelled), 0)
    assert "data" not in api.applied[-1]
    await found.resource.preview_update(found.urn, resource_id, outputs, await found.checked(labelled))
    assert "data" not in api.applied[-1]


async def test_preview_asks_the_server_without_a_change(kind: Callable[..., Kind], api: FakeApi):
    found = kind()
    await found.resource.preview_create(found.urn, await found.checked(CONFIG_MAP))
    assert (api.calls, api.objects) == (["dry run ConfigMap"], {})
    api.refusals = [ApiError(422, "data is invalid")]
    with pytest.raises(OperatorError, match="data is invalid"):
        await found.resource.preview_create(found.urn, await found.checked(CONFIG_MAP))


async def test_preview_of_an_update_keeps_what_the_server_wrote(kind: Callable[..., Kind]):
    found = kind()
    resource_id, _, outputs = await found.created(CONFIG_MAP)
    labelled = await found.checked({**CONFIG_MAP, "metadata": {**CONFIG_MAP["metadata"], "labels": {"a": "b"}}})
    previewed = await found.resource.preview_update(found.urn, resource_id, outputs, labelled)
    assert (previewed["metadata"]["uid"], previewed["metadata"]["labels"]) == ("1", {"a": "b"})


@pytest.mark.parametrize("refusal", [ApiError(404, "namespace not found"), ApiError(422, "spec: field is immutable")])
async def test_preview_passes_what_the_update_makes_first(kind: Callable[..., Kind], api: FakeApi, refusal: ApiError):
    api.refusals = [refusal]
    found = kind()
    await found.resource.preview_create(found.urn, await found.checked(CONFIG_MAP))


async def test_preview_asks_nothing_of_what_is_not_known_yet(kind: Callable[..., Kind], api: FakeApi):
    found = kind()
    inputs = await found.checked({"metadata": {"name": "it"}, "data": {"key": UNKNOWN}})
    assert await found.resource.preview_create(found.urn, inputs) == inputs
    without = Kind(None, "core/v1:ConfigMap")
    await without.resource.preview_create(without.urn, await without.checked(CONFIG_MAP))
    assert api.calls == []


def condition(name: str, **more: str) -> dict[str, Any]:
    return {"conditions": [{"type": name, "status": "True", **more}]}


async def test_job_is_waited_for(kind: Callable[..., Kind], api: FakeApi):
    found = kind("batch/v1:Job")

    def complete() -> None:
        if len(found.waits) == 3:
            api.objects["Job", "shop", "first"]["status"] = condition("Complete")

    found.on_wait = complete
    _, _, outputs = await found.created(JOB)
    assert outputs["status"] == condition("Complete")
    assert len(found.waits) == 3


async def test_failed_job_is_kept_in_the_state_with_its_pods_words(kind: Callable[..., Kind], api: FakeApi):
    found = kind("batch/v1:Job")
    failed = condition("Failed", reason="BackoffLimitExceeded", message="Job has reached the specified backoff limit")
    found.on_wait = lambda: api.objects["Job", "shop", "first"].update(status=failed)
    said = {"state": {"terminated": {"exitCode": 2, "message": "registry X refuses\n"}}}
    api.pods_found = [{"metadata": {"name": "first-1"}, "status": {"containerStatuses": [said]}}]
    with pytest.raises(PartialError) as caught:
        await found.created(JOB)
    assert caught.value.resource_id == "shop/first"
    assert "[BackoffLimitExceeded] Job has reached the specified backoff limit; first-1: registry X refuses" in str(
        caught.value
    )


async def test_failed_job_is_replaced_where_an_annotation_asks_for_it(kind: Callable[..., Kind], api: FakeApi):
    found = kind("batch/v1:Job")
    program = {**JOB, "metadata": {**JOB["metadata"], "annotations": {"pulumi.com/replaceUnready": "true"}}}
    inputs = await found.checked(program)
    live = api.put("Job", "first", {**inputs, "status": condition("Failed")}, "shop")
    diff = await found.diff("shop/first", inputs, live, program)
    assert [it.change for it in diff.differences.values()] == [Change.REPLACE]
    live["status"] = condition("Complete")
    assert (await found.diff("shop/first", inputs, live, program)).differences == {}


async def test_wait_ends_with_the_resources_time(kind: Callable[..., Kind]):
    program = {**JOB, "metadata": {**JOB["metadata"], "annotations": {"pulumi.com/timeoutSeconds": "0.01"}}}
    with pytest.raises(PartialError, match="timed out waiting to be Ready"):
        await kind("batch/v1:Job").created(program)


async def test_condition_of_an_annotation_is_waited_for(kind: Callable[..., Kind], api: FakeApi):
    token = "external-secrets.io/v1:ExternalSecret"
    program = {"metadata": {"name": "it", "annotations": {"pulumi.com/waitFor": "condition=Ready"}}}
    found = kind(token)
    found.on_wait = lambda: api.objects["ExternalSecret", "default", "it"].update(status=condition("Ready"))
    await found.created(program)
    assert len(found.waits) == 1
    program["metadata"]["annotations"] = {"pulumi.com/waitFor": "jsonpath={.a}"}
    with pytest.raises(OperatorError, match=r"does not know 'jsonpath=\{.a\}'"):
        await kind(token, upserts=True).created(program)


async def test_deleted_object_is_waited_for(kind: Callable[..., Kind], api: FakeApi, monkeypatch: pytest.MonkeyPatch):
    found = kind()
    resource_id, _, outputs = await found.created(CONFIG_MAP)

    async def mark(place: Any) -> None:
        found.on_wait = api.objects.clear

    monkeypatch.setattr(api, "delete", mark)
    await found.resource.delete(found.urn, resource_id, outputs, 0)
    assert len(found.waits) == 1


@pytest.mark.parametrize("lets_go", [False, True])
async def test_objects_of_a_cluster_that_is_gone_are_kept_unless_a_setting_lets_go(
    lets_go: bool, kind: Callable[..., Kind], api: FakeApi, monkeypatch: pytest.MonkeyPatch
):
    found = kind(lets_go=lets_go)
    resource_id, inputs, outputs = await found.created(CONFIG_MAP)

    async def gone(place: Any) -> Any:
        raise Unreachable("no route")

    monkeypatch.setattr(api, "get", gone)
    monkeypatch.setattr(api, "delete", gone)
    if lets_go:
        assert await found.resource.read(found.urn, resource_id, inputs, outputs) is None
        await found.resource.delete(found.urn, resource_id, outputs, 0)
        return
    with pytest.raises(OperatorError, match=r"unreachable cluster.*PULUMI_K8S_DELETE_UNREACHABLE"):
        await found.resource.read(found.urn, resource_id, inputs, outputs)
    with pytest.raises(OperatorError, match=r"cluster is unreachable.*PULUMI_K8S_DELETE_UNREACHABLE"):
        await found.resource.delete(found.urn, resource_id, outputs, 0)


async def test_provider_without_a_kubeconfig_says_so():
    found = Kind(None, "core/v1:ConfigMap")
    with pytest.raises(OperatorError, match="set the provider's 'kubeconfig'"):
        await found.created(CONFIG_MAP)
