"""What others wrote, in the reports of the commands: it can neither act on the terminal nor forge a line."""

from __future__ import annotations

import ast
import json
from dataclasses import replace

import pytest

from crosstenant.cli.adopt.commands import _line
from crosstenant.cli.adopt.findings import findings
from crosstenant.cli.adopt.import_document import import_document
from crosstenant.cli.adopt.program import program
from crosstenant.cli.check.chain import APPLICATION, ROLE, Chain, Link, LinkState, Report, Tenancy
from crosstenant.cli.check.report import as_json, as_text
from crosstenant.model.credentials.kinds import ClientCertificate
from tests.cli import adopted

FORGED = "##vso[task.setvariable]pull\x1b[2K\x1b]0;owned\x07\u202e\n  secret  ok  is fine\r\u2028X"
SHOWN = "#\\x23vso[task.setvariable]pull\\x1b[2K\\x1b]0;owned\\x07\\u202e secret ok is fine X"
CODE = '"); import os; os.system("id")  # für \N{GRINNING FACE}\u202e\n\\'


def report(*links: Link) -> Report:
    return Report(Chain(adopted.APP, adopted.TENANT_A, adopted.TENANT_B, (), ()), links)


def test_check_shows_names_and_refusals_in_one_line_each():
    broken = Link(Tenancy.CLUSTER, APPLICATION, FORGED, LinkState.BROKEN, FORGED, FORGED)
    noted = Link(Tenancy.REGISTRY, ROLE, "images", LinkState.NOTE, f"AcrPull, also {FORGED}")
    text = as_text(report(broken, noted))
    assert text.replace("\n", "").isprintable()
    assert text.count(SHOWN) == 5
    assert f"    -> {SHOWN}" in text.splitlines()
    assert text.splitlines()[-1] == f"The chain is broken: application {SHOWN} (cluster tenant)."
    harmless = replace(broken, object="a", finding="b", remedy="c"), replace(noted, finding="d")
    assert len(text.splitlines()) == len(as_text(report(*harmless)).splitlines())


def test_check_in_json_keeps_names_as_data_in_ascii():
    link = Link(Tenancy.CLUSTER, APPLICATION, FORGED, LinkState.OK, "is multi-tenant")
    text = as_json(report(link))
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["links"][0]["object"] == FORGED
    assert "##vso" not in text


def test_check_shows_no_secret_that_others_repeat():
    repeated = "the proxy answered: client_secret=correcthorsebattery"
    link = Link(Tenancy.CLUSTER, APPLICATION, repeated, LinkState.BROKEN, repeated, repeated)
    shown = "the proxy answered: client_secret=[secret]"
    assert "correcthorsebattery" not in as_text(report(link))
    (found,) = json.loads(as_json(report(link)))["links"]
    assert [found[it] for it in ("object", "finding", "remedy")] == [shown] * 3


def test_adopt_reports_names_in_one_line_each():
    document = adopted.application(
        displayName=FORGED, passwordCredentials=[{"keyId": "k", "displayName": FORGED, "endDateTime": "2027"}]
    )
    lines = [_line(it) for it in findings(adopted.chain(application=document), consented=False)]
    assert all(line.isprintable() for line in lines)
    assert [it.split()[1] for it in lines if SHOWN in it] == ["application", "secret"]


@pytest.mark.parametrize("name", [FORGED, CODE])
def test_adopt_writes_names_as_data_in_ascii(name: str):
    uri = f"https://contoso.example/{name}"
    chain = adopted.chain(application=adopted.application(displayName=name, web={"redirectUris": [uri]}))
    signed_in = adopted.tenant(adopted.TENANT_A, ClientCertificate(adopted.APP, f"{name}.pem"))
    source = program(chain, "pröd", signed_in, adopted.tenant(adopted.TENANT_B), consented=True)
    assert source.isascii()
    assert source.replace("\n", "").isprintable()
    texts = [it.value for it in ast.walk(ast.parse(source)) if isinstance(it, ast.Constant)]
    assert {name, uri, f"{name}.pem", "pröd"} <= set(texts)
    called = [it.func for it in ast.walk(ast.parse(source)) if isinstance(it, ast.Call)]
    calls = {it.id for it in called if isinstance(it, ast.Name)}
    assert calls == {"CrossTenantPull", "CrossTenantPullArgs", "ClusterArgs", "RegistryArgs", "TenantArgs"}
    document = import_document(chain, "pröd", adopted.TENANT_B, consented=True)
    text = json.dumps(document, indent=4)
    assert text.isascii()
    assert json.loads(text) == document
    assert uri in {it["inputs"].get("redirectUri") for it in document["resources"] if "inputs" in it}
