"""Certificate files: which of them azuread and azure-native read, and the command that writes one for both."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

from crosstenant.model.credentials.certificate_file import Pkcs12Form, pkcs12_form, unreadable
from crosstenant.model.credentials.variables import Reader
from tests.certificate_files import PASSWORD, PBES, SHA1_ONLY, pem_file, pkcs12_by_openssl, pkcs12_file

NATIVE, AZUREAD = "the azure-native provider reads PKCS#12 ", "the azuread provider reads PKCS#12 "
TODAY = (PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256())
TWO_FORMS = "the azuread provider reads PKCS#12 only, and the file is PEM"
ONE_ITEM = "with certificates and key, each in an item of its own, and the file has 1 items"
FILES: dict[str, tuple[bytes, bool, str, str]] = {
    # What it is: the file, whether a password is given, why azure-native and azuread cannot read it.
    "for both": (pkcs12_file(*SHA1_ONLY), True, "", ""),
    "several certificates": (pkcs12_file(*SHA1_ONLY, chain=True), True, "", ""),
    "as tools write it today": (
        pkcs12_file(),
        True,
        f"{NATIVE}with a MAC of SHA-1 only, and the file's is of SHA-256",
        "",
    ),
    "encrypted by AES": (
        pkcs12_file(PBES.PBESv2SHA256AndAES256CBC, hashes.SHA1()),
        True,
        f"{NATIVE}encrypted by 3DES or RC2-40 only, and the file is encrypted by PBES2 (AES)",
        "",
    ),
    "digest that neither knows": (
        pkcs12_file(PBES.PBESv1SHA1And3KeyTripleDESCBC, hashes.SHA384()),
        True,
        f"{NATIVE}with a MAC of SHA-1 only, and the file's is of SHA-384",
        f"{AZUREAD}with a MAC of SHA-1, SHA-256, SHA-512 or PBMAC1 only, and the file's is of SHA-384",
    ),
    # azuread reads such a file, in which the sign-in misses the key.
    "without a key": (pkcs12_file(*SHA1_ONLY, with_key=False), True, f"{NATIVE}{ONE_ITEM}", ""),
    "without a password": (
        pkcs12_file(password=""),
        False,
        f"{NATIVE}with a MAC of SHA-1 only, and the file's is of SHA-256",
        "",
    ),
    "encoded as BER": (
        b"\x30\x80" + pkcs12_file(*SHA1_ONLY)[4:] + b"\0\0",
        True,
        f"{NATIVE}in DER only, and the file is in BER (values of indefinite length)",
        f"{AZUREAD}in DER only, and the file is in BER (values of indefinite length)",
    ),
    "with a line break at its end": (
        pkcs12_file(*SHA1_ONLY) + b"\n",
        True,
        f"{NATIVE}without anything behind its end, and the file goes on",
        f"{AZUREAD}without anything behind its end, and the file goes on",
    ),
    "PEM with two keys": (
        pem_file() + pem_file(),
        False,
        "the azure-native provider reads PEM with one private key only, and the file has 2",
        TWO_FORMS,
    ),
    "PEM with a byte order mark": (
        b"\xef\xbb\xbf" + pem_file(),
        False,
        "the azure-native provider reads PEM without a byte order mark only",
        TWO_FORMS,
    ),
    "PEM with line breaks of Windows": (pem_file().replace(b"\n", b"\r\n"), False, "", TWO_FORMS),
    "PEM": (pem_file(), False, "", TWO_FORMS),
    "PEM and a password": (pem_file(), True, "the azure-native provider reads PEM without a password only", TWO_FORMS),
    "encrypted PEM": (
        pem_file(PASSWORD),
        False,
        "the azure-native provider reads PEM without a password only",
        TWO_FORMS,
    ),
    # The sign-in refuses these, whichever reads them.
    "something else": (b"nonsense", False, "", ""),
    "cut off": (pkcs12_file()[:200], True, "", ""),
    "empty": (b"", False, "", ""),
}

BY_OPENSSL: dict[str, tuple[tuple[str, ...], str, str]] = {
    # What it is: options, why azure-native and azuread cannot read it.
    "key that is not encrypted": (
        ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "NONE", "-macalg", "sha1"),
        f"{NATIVE}with an encrypted key only, and the file's key is not encrypted",
        "",
    ),
    "no MAC": (
        ("-nomac",),
        f"{NATIVE}with a MAC only, and the file has none",
        f"{AZUREAD}with a MAC only, and the file has none",
    ),
    "RC2": (
        ("-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        f"{NATIVE}encrypted by 3DES or RC2-40 only, and the file is encrypted by RC2-128",
        "",
    ),
    "RC2 that both read, with the MAC of today": (
        ("-legacy", "-macalg", "sha256"),
        f"{NATIVE}with a MAC of SHA-1 only, and the file's is of SHA-256",
        "",
    ),
    "another cipher than AES": (
        ("-certpbe", "des-ede3-cbc", "-keypbe", "des-ede3-cbc", "-macalg", "sha1"),
        f"{NATIVE}encrypted by 3DES or RC2-40 only, and the file is encrypted by PBES2 (1.2.840.113549.3.7)",
        f"{AZUREAD}encrypted by 3DES, RC2-128, RC2-40 or PBES2 (AES) only, and the file is encrypted by"
        " PBES2 (1.2.840.113549.3.7)",
    ),
}
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")


@needs_openssl
@pytest.mark.parametrize("what", BY_OPENSSL)
def test_each_provider_reads_some_files_of_openssl(tmp_path: Path, what: str):
    options, native, azuread = BY_OPENSSL[what]
    data = pkcs12_by_openssl(tmp_path, *options)
    readers: tuple[tuple[Reader, str], ...] = (("azure-native", native), ("azuread", azuread))
    for reader, reason in readers:
        assert unreadable(data, "cert", reader, with_password=True).split(": write a file that ")[0] == reason


@needs_openssl
def test_azuread_needs_no_mac_without_a_password(tmp_path: Path):
    data = pkcs12_by_openssl(tmp_path, "-nomac", "-certpbe", "NONE", "-keypbe", "NONE", password="")
    assert unreadable(data, "cert", "azuread", with_password=False) == ""
    assert unreadable(data, "cert", "azure-native", with_password=False).startswith(f"{NATIVE}with a MAC only")


@pytest.mark.parametrize(
    "shift",
    [
        lambda it: b"  " + it.replace(b"\n", b"\n  "),
        lambda it: it.replace(b"\n", b""),
        lambda it: it.replace(b"\n", b"\r"),
    ],
)
def test_pem_whose_lines_are_shifted_is_written_anew(shift: Callable[[bytes], bytes]):
    for reader in _readers():
        found = unreadable(shift(pem_file()), "cert", reader, with_password=False)
        assert found.startswith("the file is PEM, and not each '-----BEGIN' and '-----END' in it stands on a line of")
        assert "openssl" not in found


@pytest.mark.parametrize("what", FILES)
def test_each_provider_reads_some_files(what: str):
    data, with_password, native, azuread = FILES[what]
    readers: tuple[tuple[Reader, str], ...] = (("azure-native", native), ("azuread", azuread))
    for reader, reason in readers:
        found = unreadable(data, "cert", reader, with_password=with_password)
        assert found.split(": write a file that azuread and azure-native read with: ")[0] == reason


def test_form_is_read_without_the_password():
    assert pkcs12_form(pkcs12_file(*TODAY)) == Pkcs12Form("SHA-256", ("PBES2 (AES)",), 2)
    assert pkcs12_form(pkcs12_file(*SHA1_ONLY)) == Pkcs12Form("SHA-1", ("3DES",), 2)
    assert pkcs12_form(pkcs12_file(password="")).ciphers == ()


@pytest.mark.parametrize("cut", [0, 1, 2, 5, 30, 60, 300, -1])
def test_cut_file_is_a_value_error(cut: int):
    with pytest.raises(ValueError, match=r"DER|the file|unpack"):
        pkcs12_form(pkcs12_file()[:cut])


@needs_openssl
@pytest.mark.parametrize(
    "what",
    [
        *("as tools write it today", "encrypted by AES", "encoded as BER", "with a line break at its end"),
        *("PEM", "encrypted PEM", "PEM with two keys", "PEM with a byte order mark", *BY_OPENSSL),
    ],
)
def test_printed_command_writes_a_file_that_both_read(tmp_path: Path, what: str):
    data = FILES[what][0] if what in FILES else pkcs12_by_openssl(tmp_path, *BY_OPENSSL[what][0])
    path = tmp_path / "my cert.file"
    path.write_bytes(data)
    reason = next(it for it in (unreadable(data, str(path), reader, with_password=True) for reader in _readers()) if it)
    command = reason.split(" read with: ")[1]
    # A person types the passwords.
    command = command.replace("pkcs12 -in", f"pkcs12 -passin pass:{PASSWORD} -in")
    command = command.replace("-export", f"-export -passin pass:{PASSWORD} -passout pass:{PASSWORD}")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "my cert-readable.pfx").read_bytes()
    assert pkcs12_form(written) == Pkcs12Form("SHA-1", ("3DES",), 2)
    assert [unreadable(written, "cert", reader, with_password=True) for reader in _readers()] == ["", ""]
    key, certificate, _ = pkcs12.load_key_and_certificates(written, PASSWORD.encode())
    assert key is not None
    assert certificate is not None
    assert sorted(it.name for it in tmp_path.iterdir()) == ["my cert-readable.pfx", "my cert.file"]


@needs_openssl
def test_printed_command_fails_with_the_command_in_it_that_failed(tmp_path: Path):
    path = tmp_path / "cert.pfx"
    path.write_bytes(pkcs12_file())
    command = unreadable(pkcs12_file(), str(path), "azure-native", with_password=True).split(" read with: ")[1]
    wrong = command.replace("pkcs12 -in", "pkcs12 -passin pass:other -in")
    assert subprocess.run(["sh", "-c", wrong], capture_output=True, check=False).returncode != 0
    assert [it.name for it in tmp_path.iterdir()] == ["cert.pfx"]


def _readers() -> tuple[Any, ...]:
    return ("azure-native", "azuread")
