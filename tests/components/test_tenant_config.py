"""A tenant as a stack's configuration describes it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pulumi
import pytest

from crosstenant.components.tenant_config import tenant_from_config
from crosstenant.model.credentials.arguments import ARGUMENTS, IMPLIED

TENANT = "a0000000-0000-4000-8000-00000000000a"


@pytest.fixture(autouse=True)
def loop() -> Iterator[None]:
    """The event loop that the SDK's outputs need."""
    own = asyncio.new_event_loop()
    asyncio.set_event_loop(own)
    yield
    asyncio.set_event_loop(None)
    own.close()


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> pulumi.Config:
    """The configuration of a stack that sets every argument of one tenant."""
    values = {
        f"it:cluster{it.camel_name[0].upper()}{it.camel_name[1:]}": "true" if it.flag else f"value of {name}"
        for name, it in ARGUMENTS.items()
    }
    values |= {"it:environment": "china", "it:registryTenantId": TENANT, "it:registryClientSecret": ""}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(values))
    return pulumi.Config("it")


def test_every_argument_that_is_set_is_read_and_secrets_stay_secret(configured: pulumi.Config):
    tenant = tenant_from_config(configured, "cluster")
    assert list(tenant) == [name for name in ARGUMENTS if name != IMPLIED]
    assert (tenant.get("environment"), tenant.get("use_msi")) == ("china", True)
    for name, value in tenant.items():
        assert isinstance(value, pulumi.Output) is ARGUMENTS[name].secret


def test_what_is_not_set_or_empty_is_omitted(configured: pulumi.Config):
    assert tenant_from_config(configured, "registry") == {"tenant_id": TENANT, "environment": "china"}


def test_tenant_id_has_to_be_there(configured: pulumi.Config):
    with pytest.raises(pulumi.ConfigMissingError, match="secondRegistryTenantId"):
        tenant_from_config(configured, "secondRegistry")
