"""The resources and functions of the plugin, each loaded when it is first asked for.

The engine starts one process for each provider, and few of them need more than one or two resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from crosstenant.plugin.context import Context
from crosstenant.provider_kit.declared import DeclaredFunction, DeclaredResource
from crosstenant.provider_kit.made_when_asked import MadeWhenAsked
from crosstenant.provider_kit.resource import CustomResource, Function

_HERE: Final = "crosstenant.plugin"

_RESOURCES: Final = {
    "ServicePrincipalProfile": "service_principal_profile.resource",
    "PullCheck": "pull_check.resource",
    "NodePullCheck": "node_pull_check.resource",
    "Consent": "consent",
}
_FUNCTIONS: Final = {"GetRegistry": "functions.get_registry", "GetCluster": "functions.get_cluster"}
_INTERNAL_FUNCTIONS: Final = {
    "CheckServicePrincipal": "functions.check_service_principal",
    "CheckSignIn": "functions.check_sign_in",
    "FindIdentity": "functions.find_identity",
    "ListNamesakes": "functions.list_namesakes",
    "MayWriteNone": "functions.may_write_none",
    "MissingActions": "functions.missing_actions",
    "RoleAssignmentExists": "functions.role_assignment_exists",
}
"""Served for the components; no program is meant to call them, so the schema does not have them."""


def resource_classes() -> list[type[DeclaredResource[Context]]]:
    """All resources, for the schema."""
    return [_loaded(*it) for it in _RESOURCES.items()]


def function_classes() -> list[type[DeclaredFunction[Context]]]:
    """The functions that programs call, for the schema."""
    return [_loaded(*it) for it in _FUNCTIONS.items()]


def internal_function_tokens() -> list[str]:
    """The tokens of the functions that the components call."""
    return [_function_token(it) for it in _INTERNAL_FUNCTIONS]


def served_resources(context: Context) -> Mapping[str, CustomResource[Context]]:
    """The resources of one tenant, by type token."""
    names = {f"crosstenant:index:{it}": it for it in _RESOURCES}
    return MadeWhenAsked(names, lambda it: _loaded(it, _RESOURCES[it])(context))


def served_functions(context: Context) -> Mapping[str, Function[Context]]:
    """The functions of one tenant, by function token."""
    modules = {**_FUNCTIONS, **_INTERNAL_FUNCTIONS}
    return MadeWhenAsked({_function_token(it): it for it in modules}, lambda it: _loaded(it, modules[it])(context))


def _function_token(name: str) -> str:
    return f"crosstenant:index:{name[0].lower()}{name[1:]}"


def _loaded(name: str, module: str) -> Any:
    return getattr(import_module(f"{_HERE}.{module}"), name)
