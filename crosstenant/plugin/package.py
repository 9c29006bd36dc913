"""This package's plugin: its schema, its configuration, and the resources and functions it serves."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from crosstenant.plugin.context import Context
from crosstenant.plugin.provider_config import (
    PROVIDER_INPUTS,
    PROVIDER_SCHEMA,
    SECRET_CONFIG,
    check_tenant_config,
    in_one_spelling,
    make_tenant,
)
from crosstenant.plugin.served import function_classes, resource_classes, served_functions, served_resources
from crosstenant.provider_kit.dispatch import Package, Served
from crosstenant.provider_kit.engine_log import EngineLog
from crosstenant.provider_kit.field_schema import named_types
from crosstenant.provider_kit.resource import Failure, Properties


def package_schema() -> dict[str, Any]:
    """The components' schema with the provider, the custom resources and the functions added."""
    # Reading it loads the components and with them the azuread and azure-native SDKs.
    from crosstenant.plugin.component_schema import component_schema, python_names
    from crosstenant.plugin.components import component_provider
    from crosstenant.plugin.package_metadata import described
    from crosstenant.plugin.schema_text import (
        describe_in_markdown,
        name_members_in_pascal_case,
        rename_members_of_their_class,
    )

    resources, functions = resource_classes(), function_classes()
    tables = [PROVIDER_INPUTS, *(table for kind in (*resources, *functions) for table in (kind.inputs, kind.outputs))]
    components = component_provider()
    schema = described(component_schema(components))
    schema["provider"] = deepcopy(PROVIDER_SCHEMA)
    schema["types"].update(named_types(schema["name"], tables))
    schema["resources"].update({resource.token: deepcopy(resource.schema) for resource in resources})
    schema["functions"] = {function.token: deepcopy(function.schema) for function in functions}
    describe_in_markdown(schema, python_names(components))
    name_members_in_pascal_case(schema["types"])
    rename_members_of_their_class(schema)
    return schema


class CrosstenantPackage(Package):
    """Everything of one tenant that azuread and azure-native do not have."""

    secret_config = SECRET_CONFIG

    def __init__(self, log: EngineLog) -> None:
        self._log = log

    def schema(self) -> str:
        """The package schema as JSON."""
        return json.dumps(package_schema())

    async def check_config(self, config: Properties) -> tuple[Properties, list[Failure]]:
        """Validates the form of the credential, without a sign-in."""
        return in_one_spelling(config), check_tenant_config(config)

    async def configure(self, config: Properties) -> Served:
        """Serves the tenant that the explicit provider names.

        A provider without a tenant is the engine's own default one, which hosts the components and nothing else.
        """
        if not config.get("tenantId"):
            return Served(
                unless="this takes a tenant to sign in to: give its options a provider of this package"
                " (crosstenant.Provider) with tenant_id and a credential"
            )
        context = Context(tenant=make_tenant(config), log=self._log, engine=self._log.address)
        return Served(served_resources(context), served_functions(context))
