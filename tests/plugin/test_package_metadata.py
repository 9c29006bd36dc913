"""The schema says of the package what its distribution says, and keeps off Pulumi's own names."""

from __future__ import annotations

import json
from typing import Any

from crosstenant.plugin.package import CrosstenantPackage
from crosstenant.plugin.package_metadata import described
from crosstenant.provider_kit.engine_log import EngineLog

FACTS: dict[str, Any] = {
    "summary": "Pulls across tenants.",
    "keywords": ["aks,acr"],
    "license_expression": "Apache-2.0",
    "author": "The maintainers",
}


def test_what_the_distribution_says_is_in_the_schema():
    schema = described({"language": {}}, FACTS)
    assert schema["description"] == "Pulls across tenants."
    assert schema["keywords"] == ["aks", "acr", "category/cloud", "kind/component"]
    assert (schema["license"], schema["publisher"]) == ("Apache-2.0", "The maintainers")


def test_without_a_repository_the_schema_points_nowhere():
    schema = described({"language": {}}, FACTS)
    assert {"homepage", "repository", "namespace", "pluginDownloadURL", "logoUrl"} & set(schema) == set()


def test_a_repository_on_github_gives_the_namespace_and_where_the_plugin_is_downloaded():
    schema = described({"language": {}}, {**FACTS, "project_url": ["Repository, https://github.com/Contoso/pulls"]})
    assert schema["repository"] == schema["homepage"] == "https://github.com/Contoso/pulls"
    assert schema["namespace"] == "contoso"
    assert schema["pluginDownloadURL"] == "github://api.github.com/Contoso/pulls"


def test_another_repository_gives_its_address_alone():
    schema = described({"language": {}}, {**FACTS, "project_url": ["Repository, https://git.example/pulls"]})
    assert schema["repository"] == "https://git.example/pulls"
    assert {"namespace", "pluginDownloadURL"} & set(schema) == set()


async def test_no_sdk_has_a_name_of_pulumis_own():
    # Outputs, of which the components' defaults are made, need a running loop.
    languages = json.loads(CrosstenantPackage(EngineLog("")).schema())["language"]
    assert languages["nodejs"]["packageName"] == "pulumi-crosstenant"
    assert languages["python"]["packageName"] == "pulumi_crosstenant"
    assert languages["csharp"]["rootNamespace"] == "Crosstenant"
    # C# looks the first word up from the inside, and would find the second.
    assert languages["csharp"]["namespaces"] == {"crosstenant": "Azure"}
    assert languages["java"]["basePackage"] == "crosstenant"
    assert languages["go"]["generateExtraInputTypes"] is True
