"""The stand-ins' tables of inputs beside the SDKs: what a program can give is known, and has the SDK's type."""

from __future__ import annotations

import collections.abc
import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any, ForwardRef, cast, get_args, get_origin

import pulumi_azure_native
import pulumi_azuread
import pytest
from pulumi._types import input_type_py_to_pulumi_names
from pulumi_azure_native import authorization, containerregistry, containerservice, managedidentity, resources

from crosstenant.provider_kit.dispatch import Package
from crosstenant.provider_kit.fields import Fields, failures
from crosstenant.sandbox.standins.azure_native import package as azure_native
from crosstenant.sandbox.standins.azure_native.resource import ArmResource, NativeWording
from crosstenant.sandbox.standins.azuread import package as azuread
from crosstenant.sandbox.standins.azuread.application import Application
from crosstenant.sandbox.standins.azuread.arguments import BridgedWording
from crosstenant.sandbox.standins.azuread.blocks import BLOCKS, Members

SDK_CLASSES: dict[str, Any] = {
    "azuread:index/application:Application": pulumi_azuread.Application,
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential": (
        pulumi_azuread.ApplicationFederatedIdentityCredential
    ),
    "azuread:index/applicationPassword:ApplicationPassword": pulumi_azuread.ApplicationPassword,
    "azuread:index/servicePrincipal:ServicePrincipal": pulumi_azuread.ServicePrincipal,
    "azure-native:authorization:RoleAssignment": authorization.RoleAssignment,
    "azure-native:containerregistry:Registry": containerregistry.Registry,
    "azure-native:containerservice:ManagedCluster": containerservice.ManagedCluster,
    "azure-native:managedidentity:FederatedIdentityCredential": managedidentity.FederatedIdentityCredential,
    "azure-native:managedidentity:UserAssignedIdentity": managedidentity.UserAssignedIdentity,
    "azure-native:resources:ResourceGroup": resources.ResourceGroup,
}
TABLES: dict[str, Fields] = {it.token: it.inputs for it in (*azuread.RESOURCES, *azure_native.RESOURCES)}
PROVIDERS: dict[str, tuple[Any, Fields, Package]] = {
    "azuread": (pulumi_azuread.Provider, azuread.CONFIG, azuread.Azuread()),
    "azure-native": (pulumi_azure_native.Provider, azure_native.CONFIG, azure_native.AzureNative()),
}


def args_of(sdk_class: Any) -> Any:
    """The SDK's class of a type's arguments."""
    module, name = sys.modules[sdk_class.__module__], sdk_class.__name__
    return getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")


def inputs_of(sdk_class: Any) -> dict[str, tuple[str, bool]]:
    """The inputs of an SDK class by schema name: the kind, and whether a program must give it."""
    args = args_of(sdk_class)
    names = input_type_py_to_pulumi_names(args)
    parameters = inspect.signature(args.__init__).parameters
    return {
        schema_name: (kind_of(parameters[python_name].annotation), parameters[python_name].default is inspect._empty)
        for python_name, schema_name in names.items()
    }


def members_of(args: Any) -> Members:
    """The members of an SDK's class of arguments."""
    parameters = inspect.signature(args.__init__).parameters
    found: dict[str, Members | None] = {}
    for python_name, schema_name in input_type_py_to_pulumi_names(args).items():
        inner = next(classes_in(parameters[python_name].annotation), None)
        found[schema_name] = members_of(getattr(pulumi_azuread, inner)) if inner else None
    return found


def classes_in(hint: Any) -> Iterator[str]:
    """The classes of arguments in an SDK's type."""
    if isinstance(hint, ForwardRef) and hint.__forward_arg__.endswith("Args"):
        yield hint.__forward_arg__
    for inner in get_args(hint):
        yield from classes_in(inner)


def kind_of(hint: Any) -> str:
    """``string``, ``boolean``, ``array`` ... of an SDK's type; empty for one that says nothing."""
    if isinstance(hint, ForwardRef):
        name = hint.__forward_arg__
        if name.startswith("Output["):
            return ""
        return "object" if name.endswith(("Args", "ArgsDict")) else "string"  # An enumeration of texts.
    origin = get_origin(hint)
    if origin is collections.abc.Sequence:
        return "array"
    if origin is collections.abc.Mapping:
        return "object"
    if origin is collections.abc.Awaitable or hint is type(None):
        return ""
    if origin is not None:
        (kind,) = {kind_of(it) for it in get_args(hint)} - {""}
        return kind
    return {str: "string", bool: "boolean", int: "number", float: "number"}[hint]


def table_of(fields: Fields) -> dict[str, tuple[str, bool]]:
    return {name: (field.kind, field.required) for name, field in fields.items()}


def test_every_type_is_compared():
    assert SDK_CLASSES.keys() == TABLES.keys()


@pytest.mark.parametrize("token", TABLES)
def test_table_of_a_type_is_the_sdks(token: str):
    assert table_of(TABLES[token]) == inputs_of(SDK_CLASSES[token])


@pytest.mark.parametrize("args", [pulumi_azuread.ApplicationArgs, pulumi_azuread.ServicePrincipalArgs])
def test_members_of_azureads_objects_are_the_sdks(args: Any):
    not_served = {"featureTags", "features", "optionalClaims", "password"}
    found = {name: it for name, it in members_of(args).items() if it is not None}
    assert {name: BLOCKS.get(name) for name in found} == {
        name: None if name in not_served else it for name, it in found.items()
    }


async def test_unknown_member_of_an_object_is_refused():
    resource = Application(cast(Any, None))
    web = {"redirectUris": [], "redirectUri": "https://x/", "implicitGrant": {"enabled": True}, "__defaults": []}
    roles = [{"id": "x", "role": None}, {"title": "x"}]
    _, refused = await resource.check("urn::thing", {}, {"displayName": "x", "web": web, "appRoles": roles})
    assert [(it.property, it.reason.split("does not know ")[1].split(":")[0]) for it in refused] == [
        ("appRoles", "'appRoles[1].title' of this type"),
        ("web", "'web.redirectUri' of this type"),
        ("web", "'web.implicitGrant.enabled' of this type"),
    ]


@pytest.mark.parametrize("plugin", PROVIDERS)
def test_table_of_a_provider_is_the_sdks(plugin: str):
    sdk_class, fields, _ = PROVIDERS[plugin]
    assert table_of(fields) == inputs_of(sdk_class)


@pytest.mark.parametrize("token", TABLES)
def test_what_a_later_sdk_adds_is_refused(token: str):
    plugin = token.split(":")[0]
    wording = BridgedWording("thing") if plugin == "azuread" else NativeWording(token)
    news = {"ofALaterVersion": True}
    (refusal, *_) = failures(TABLES[token], news, {}, wording)
    assert refusal.property == "ofALaterVersion"
    assert f"the sandbox's stand-in for {plugin} does not know 'ofALaterVersion'" in refusal.reason
    assert refusal.reason.endswith("omit it, or install the real plugin")


@pytest.mark.parametrize("plugin", PROVIDERS)
async def test_provider_argument_of_a_later_sdk_is_refused(plugin: str):
    _, fields, package = PROVIDERS[plugin]
    given = {**dict.fromkeys(fields, "x"), "version": "1.0.0", "__internal": {}, "ofALaterVersion": "x"}
    _, refused = await package.check_config(given)
    assert [(it.property, it.reason) for it in refused] == [
        (
            "ofALaterVersion",
            f"the sandbox's stand-in for {plugin} does not know the argument 'ofALaterVersion' of its provider:"
            " omit it, or install the real plugin",
        )
    ]


RESOURCES = {it.token: it for it in (*azuread.RESOURCES, *azure_native.RESOURCES)}


@pytest.mark.parametrize("token", TABLES)
def test_outputs_of_a_type_are_the_sdks(token: str):
    members = (it.fget for _, it in inspect.getmembers(SDK_CLASSES[token]) if isinstance(it, property))
    declared = {name for it in members if (name := getattr(it, "_pulumi_name", None))}
    resource = RESOURCES[token]
    assert {*resource.outputs, *(declared & resource.inputs.keys())} == declared
    # An object's place is among the outputs under other names.
    places = {name for name, it in resource.inputs.items() if getattr(it, "place", "") == "path" and name != "scope"}
    assert resource.inputs.keys() - declared <= places


@pytest.mark.parametrize("token", TABLES)
def test_secret_is_what_the_sdk_marks(token: str):
    source = inspect.getsource(sys.modules[SDK_CLASSES[token].__module__])
    marked = re.findall(r"additional_secret_outputs=\[([^]]*)\]", source)
    fields = {**RESOURCES[token].inputs, **RESOURCES[token].outputs}
    assert {name for name, it in fields.items() if it.secret} == {
        name for one in marked for name in re.findall(r"\w+", one)
    }
    assert "Output.secret" not in source


@pytest.mark.parametrize("token", [it for it in TABLES if it.startswith("azuread")])
def test_what_replaces_is_what_the_sdk_says(token: str):
    sdk_class = SDK_CLASSES[token]
    args = args_of(sdk_class)
    documented = {
        schema_name
        for python_name, schema_name in input_type_py_to_pulumi_names(args).items()
        if "forces a new resource" in (getattr(args, python_name).__doc__ or "")
    }
    # hashicorp/terraform-provider-azuread, service_principal_resource.go: the page does not say so.
    also = {"clientId"} if sdk_class is pulumi_azuread.ServicePrincipal else set[str]()
    assert {name for name, it in TABLES[token].items() if it.replaces} == documented | also


@pytest.mark.parametrize("resource", azure_native.RESOURCES, ids=lambda it: it.token)
def test_api_version_is_the_sdks(resource: type[ArmResource]):
    source = inspect.getsource(sys.modules[SDK_CLASSES[resource.token].__module__])
    documented = re.search(r"Azure REST API version ([\w-]+)", source)
    assert documented
    assert documented[1].rstrip(".") == resource.api_version
