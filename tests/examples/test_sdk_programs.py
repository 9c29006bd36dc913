"""examples/csharp and examples/java name the package's properties right.

No compiler reads these programs here. Not proven: that they compile, and that Pulumi's generators spell the names of
the schema as the test expects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text())
CSHARP = (ROOT / "examples" / "csharp" / "Program.cs").read_text()
JAVA = (ROOT / "examples" / "java" / "src" / "main" / "java" / "pull" / "App.java").read_text()
COMPONENT = "CrossTenantPull"


def inputs_of(name: str) -> dict[str, Any]:
    """What is written into an object of this type: the component's arguments, or those of a type."""
    token = f"crosstenant:index:{name}"
    if name == COMPONENT:
        component = SCHEMA["resources"][token]
        return {"properties": component["inputProperties"], "required": component["requiredInputs"]}
    return SCHEMA["types"][token]


def written_in_csharp() -> Iterator[tuple[str, set[str]]]:
    """Each object of `new NameArgs { ... }`, and the properties set in it, in the schema's spelling."""
    around: list[tuple[str, set[str]]] = []
    for token in re.finditer(r"(?:new (\w+)Args\s*)?(\{)|(\})|\b([A-Z]\w*) =\s", re.sub(r'\$?"[^"]*"', "", CSHARP)):
        name, opens, closes, set_here = token.groups()
        if opens:
            around.append((name or "", set()))
        elif closes:
            if around[-1][0]:
                yield around[-1]
            around.pop()
        elif set_here:
            around[-1][1].add(set_here[0].lower() + set_here[1:])


def written_in_java() -> Iterator[tuple[str, set[str]]]:
    """Each object of `NameArgs.builder()...build()`, and the properties set in it."""
    around: list[tuple[str, set[str]]] = []
    for token in re.finditer(r"config\.\w+\(|(\w+)Args\.builder\(\)|(\.build\(\))|\.(\w+)\(", JAVA):
        name, ends, set_here = token.groups()
        if name:
            around.append((name, set()))
        elif ends:
            yield around.pop()
        elif set_here and around:
            around[-1][1].add(set_here)


def wrong(objects: Iterator[tuple[str, set[str]]]) -> list[str]:
    """What is set that the schema does not know, and what it requires and is not set."""
    found: list[str] = []
    names: set[str] = set()
    for name, used in objects:
        names.add(name)
        known = inputs_of(name)
        found += [f"{name}.{it} is unknown" for it in sorted(used - set(known["properties"]))]
        found += [f"{name}.{it} is missing" for it in sorted(set(known.get("required", ())) - used)]
    assert names == {COMPONENT, "Tenant", "Registry", "PullCheckOptions", "Cluster"}
    return found


def test_csharp_program_sets_what_the_schema_knows_and_requires():
    assert wrong(written_in_csharp()) == []


def test_java_program_sets_what_the_schema_knows_and_requires():
    assert wrong(written_in_java()) == []


def test_both_read_outputs_that_the_schema_knows():
    known = SCHEMA["resources"][f"crosstenant:index:{COMPONENT}"]["properties"]
    of_registry = SCHEMA["types"]["crosstenant:index:RegistryGrant"]["properties"]
    for of_pull, of_first in (
        (re.findall(r"\bpull\.(\w+)", CSHARP), re.findall(r"it\[0\]\.(\w+)", CSHARP)),
        (re.findall(r"\bpull\.(\w+)\(", JAVA), re.findall(r"get\(0\)\.(\w+)\(", JAVA)),
    ):
        assert {it[0].lower() + it[1:] for it in of_pull} - set(known) == set()
        assert {it[0].lower() + it[1:] for it in of_first} == {"loginServer", "pullResult"} <= set(of_registry)


def test_namespaces_are_those_of_the_schema():
    csharp, java = SCHEMA["language"]["csharp"], SCHEMA["language"]["java"]
    assert f"using {csharp['rootNamespace']}.{csharp['namespaces']['crosstenant']};" in CSHARP
    assert f"import {java['basePackage']}.crosstenant.{COMPONENT};" in JAVA
