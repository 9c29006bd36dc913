"""Kubeconfigs: what is read of them, and what is refused without showing a credential."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from crosstenant.azure.kubernetes.kubeconfig import KubeconfigError, read_kubeconfig
from tests.azure.api_server_double import HOST, TOKEN, kubeconfig

SERVER = {"server": f"https://{HOST}:443"}
CERTIFICATE, KEY = "-----BEGIN CERTIFICATE-----\nplanted", "-----BEGIN KEY-----\nplanted-key"


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_the_present_contexts_server_and_token_are_read():
    found = read_kubeconfig(kubeconfig({**SERVER, "certificate-authority-data": encoded("PEM")}, {"token": TOKEN}), "f")
    assert (found.server, found.host, found.authority) == (f"https://{HOST}:443", HOST, "PEM")
    assert (found.token, found.certificate, found.key) == (TOKEN, "", "")
    assert TOKEN not in repr(found)


def test_files_are_found_from_the_folder_of_the_kubeconfig(tmp_path: Path):
    for name, content in {"ca": "PEM", "c": CERTIFICATE, "k": KEY, "t": f"{TOKEN}\n"}.items():
        (tmp_path / name).write_text(content)
    user = {"client-certificate": "c", "client-key": "k", "tokenFile": "t"}
    found = read_kubeconfig(kubeconfig({**SERVER, "certificate-authority": "ca"}, user), "f", tmp_path)
    assert (found.authority, found.certificate, found.key, found.token) == ("PEM", CERTIFICATE, KEY, TOKEN)
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("cluster", "user", "words"),
    [
        (SERVER, {"exec": {"command": "kubelogin"}}, "gets its credential from a program (exec), which this command"),
        (SERVER, {"auth-provider": {"name": "azure"}}, "a kind of credential that Kubernetes no longer accepts"),
        (SERVER, {"username": "me", "password": TOKEN}, "a kind of credential that Kubernetes no longer accepts"),
        (SERVER, {}, "has no credential for its user"),
        (SERVER, {"client-certificate-data": encoded(CERTIFICATE)}, "both a client certificate and its key"),
        (SERVER, {"client-key-data": "%" + TOKEN, "client-certificate-data": "%"}, "must have base64 of a PEM text"),
        (SERVER, {"tokenFile": "/etc/passwd"}, "must not name a file in tokenFile"),
        (SERVER, {"token": f"{TOKEN}\nX: y"}, "has a token with characters that no token has"),
        ({"server": f"http://{HOST}"}, {"token": TOKEN}, "must name its server by an https address"),
        ({"server": f"https://me:{TOKEN}@{HOST}"}, {"token": TOKEN}, "must name its server by an https address"),
        ({**SERVER, "insecure-skip-tls-verify": True}, {"token": TOKEN}, "must not set insecure-skip-tls-verify"),
        ({**SERVER, "proxy-url": "http://p"}, {"token": TOKEN}, "must not set proxy-url: give the proxy in"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(cluster: dict[str, Any], user: dict[str, Any], words: str):
    with pytest.raises(KubeconfigError) as refused:
        read_kubeconfig(kubeconfig(cluster, user), "~/.kube/config")
    assert str(refused.value).startswith("kubeconfig ~/.kube/config ")
    assert words in str(refused.value)
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"users: [{TOKEN}", "is not YAML"),
        *[
            (f"{TOKEN}: {it}", "is not YAML")
            for it in ("1" * 5000, "2026-99-99", "!!int x", "!!float x", "!!bool x", "!!timestamp x", "[" * 10_000)
        ],
        (f"- {TOKEN}", "must be a kubeconfig"),
        (f"token: {TOKEN}", "has no context named ''"),
        (kubeconfig(SERVER, {"token": TOKEN}).replace("current-context: aks", "current-context: x"), "named 'x'"),
        (
            "current-context: Ty8-nPEAsqTr3_tYuVGfuxRAC",
            "has no context of the name that it gives, which its current-context needs",
        ),
    ],
)
def test_another_document_is_refused_without_repeating_it(text: str, words: str):
    with pytest.raises(KubeconfigError) as refused:
        read_kubeconfig(text, "f")
    assert words in str(refused.value)
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("path", ["missing", "a\0b", "binary", "."])
@pytest.mark.parametrize("name", ["certificate-authority", "tokenFile"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, path: str):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    cluster, user = ({**SERVER, name: path}, {"token": TOKEN}) if name != "tokenFile" else (SERVER, {name: path})
    with pytest.raises(KubeconfigError, match=f"^kubeconfig f names a file in {name} that cannot be read$"):
        read_kubeconfig(kubeconfig(cluster, user), "f", tmp_path)
