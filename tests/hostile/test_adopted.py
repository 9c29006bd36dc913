"""``crosstenant adopt`` makes a program and a document of what is in two tenants: names and tags are data there."""

from __future__ import annotations

import ast
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crosstenant.cli.adopt.commands import _line
from crosstenant.cli.adopt.findings import findings
from crosstenant.cli.adopt.import_document import import_document
from crosstenant.cli.adopt.live_chain import ChainError
from crosstenant.cli.adopt.program import program
from crosstenant.model.credentials.kinds import ClientCertificate
from crosstenant.model.modes import RoleAssignmentMode
from tests.cli import adopted
from tests.hostile.texts import texts

CALLS = {"CrossTenantPull", "CrossTenantPullArgs", "ClusterArgs", "RegistryArgs", "TenantArgs"}
NODES = (
    ast.Module,
    ast.Expr,
    ast.Import,
    ast.ImportFrom,
    ast.alias,
    ast.Assign,
    ast.Call,
    ast.keyword,
    ast.Name,
    ast.Attribute,
    ast.Constant,
    ast.List,
    ast.expr_context,
)
ABAC = RoleAssignmentMode.ABAC
uris = st.one_of(texts, st.builds("https://{}/{}".format, texts, texts))
applications = st.fixed_dictionaries(
    {"displayName": texts},
    optional={
        "notes": texts,
        "tags": st.lists(texts, max_size=3),
        "serviceManagementReference": texts,
        "signInAudience": texts,
        "web": st.fixed_dictionaries({"redirectUris": st.lists(uris, max_size=3)}),
        "passwordCredentials": st.lists(
            st.fixed_dictionaries({"keyId": texts, "displayName": texts, "endDateTime": texts}), max_size=2
        ),
    },
)


@given(applications, texts, texts, texts, st.booleans())
def test_names_and_tags_are_data(application: dict[str, Any], name: str, path: str, condition: str, consented: bool):
    pull = adopted.assignment(adopted.BY_HAND, role=adopted.READER, condition=condition)
    chain = adopted.chain(
        application=adopted.application(**application), registries=(adopted.registry(pull, mode=ABAC),)
    )
    signed_in = adopted.tenant(adopted.TENANT_A, ClientCertificate(adopted.APP, path))
    source = program(chain, name, signed_in, adopted.tenant(adopted.TENANT_B), consented=consented)
    assert source.isascii()
    assert source.replace("\n", "").isprintable()
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    assert [it for it in nodes if not isinstance(it, NODES)] == []
    called = [it.func for it in nodes if isinstance(it, ast.Call)]
    assert {it.id for it in called if isinstance(it, ast.Name)} == CALLS
    assert {ast.unparse(it) for it in called if isinstance(it, ast.Attribute)} <= {"pulumi.export", "pulumi.Config"}
    constants = [it.value for it in nodes if isinstance(it, ast.Constant)]
    assert {name, path, application["displayName"], *application.get("tags", [])} <= set(constants)

    document = import_document(chain, name, adopted.TENANT_B, consented=consented)
    text = json.dumps(document, indent=4)
    assert text.isascii()
    assert json.loads(text) == document
    try:
        found = findings(chain, consented=consented)
    except ChainError as error:
        assert condition, error
        return
    assert all(_line(it).isprintable() for it in found)
