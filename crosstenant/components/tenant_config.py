"""A tenant from a stack's configuration."""

from __future__ import annotations

from typing import Any, cast

import pulumi

from crosstenant.components.arguments.tenant_args import TenantArgs
from crosstenant.model.credentials.arguments import ARGUMENTS, IMPLIED, Argument, camel


def tenant_from_config(config: pulumi.Config, prefix: str) -> TenantArgs:
    """Reads a tenant from a stack's configuration.

    ``<prefix>TenantId`` is required. Every other argument of ``TenantArgs`` is read if it is set, as
    ``<prefix>ClientId``, ``<prefix>ClientSecret`` and so on, and omitted if it is not set or empty. Secrets stay
    secret. ``environment`` is one value for both tenants, without the prefix.

    :param config: The configuration, ``pulumi.Config()``.
    :param prefix: The tenant's name in it: ``cluster`` or ``registry``.
    :raises pulumi.ConfigMissingError: ``<prefix>TenantId`` is not set.
    """
    tenant: dict[str, Any] = {"tenant_id": config.require(camel(f"{prefix}_tenant_id"))}
    for argument in ARGUMENTS.values():
        if argument.name in (*tenant, IMPLIED):
            continue
        key = argument.name if argument.name == "environment" else camel(f"{prefix}_{argument.name}")
        if config.get(key):
            tenant[argument.name] = _value(config, key, argument)
    return cast("TenantArgs", cast(object, tenant))


def _value(config: pulumi.Config, key: str, argument: Argument) -> Any:
    if argument.secret:
        return config.get_secret(key)
    return config.get_bool(key) if argument.flag else config.get(key)
