"""Whether the azuread and azure-native providers can read an application's certificate file.

azure-identity, by which the plugin and the commands sign in, reads PEM and every PKCS#12 file. The providers read less:

- azure-native: PKCS#12 with SHA-1 and 3DES or RC2, which tools have not written by default since OpenSSL 3, and PEM
  without a password. https://github.com/Azure/azure-sdk-for-go/issues/22906 and
  https://pkg.go.dev/github.com/Azure/azure-sdk-for-go/sdk/azidentity#ParseCertificates
- azuread: PKCS#12, no PEM. hashicorp/go-azure-sdk, sdk/auth/client_certificate_authorizer.go

What their libraries read: https://pkg.go.dev/golang.org/x/crypto/pkcs12 and
https://pkg.go.dev/software.sslmate.com/src/go-pkcs12. Only the form of a file is read here, which needs no password.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crosstenant.model.credentials.variables import Reader

_DIGESTS: Final = {
    "1.3.14.3.2.26": "SHA-1",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
    "1.2.840.113549.1.5.14": "PBMAC1",
}
_CIPHERS: Final = {
    "1.2.840.113549.1.12.1.1": "RC4-128",
    "1.2.840.113549.1.12.1.2": "RC4-40",
    "1.2.840.113549.1.12.1.3": "3DES",
    "1.2.840.113549.1.12.1.5": "RC2-128",
    "1.2.840.113549.1.12.1.6": "RC2-40",
}
_PBES1: Final = "1.2.840.113549.1.12.1."
_PBES2: Final = "1.2.840.113549.1.5.13"
_AES_CBC: Final = tuple(f"2.16.840.1.101.3.4.1.{last}" for last in (2, 22, 42))
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_HMAC: Final = "1.2.840.113549.2."
_HMACS: Final = tuple(f"{_HMAC}{last}" for last in (7, 9, 11))  # SHA-1, SHA-256, SHA-512
_PLAIN_KEY: Final = "1.2.840.113549.1.12.10.1.1"
_READ_DIGESTS: Final[dict[Reader, tuple[str, ...]]] = {
    "azure-native": ("SHA-1",),
    "azuread": ("SHA-1", "SHA-256", "SHA-512", "PBMAC1"),
}
_READ_CIPHERS: Final[dict[Reader, tuple[str, ...]]] = {
    "azure-native": ("3DES", "RC2-40"),
    "azuread": ("3DES", "RC2-128", "RC2-40", "PBES2 (AES)"),
}
_LEGACY: Final = ("RC2", "RC4")
"""What OpenSSL 3 reads with ``-legacy`` only; earlier ones do not know the option."""
_READ_ITEMS: Final[dict[Reader, tuple[int, ...]]] = {"azure-native": (2,), "azuread": (1, 2)}
"""Certificates and key, each encrypted by itself; a file of one of the two only has one item."""

_INDEFINITE_LENGTH: Final = b"\x30\x80"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_OID, _OCTET_STRING, _SEQUENCE, _CONSTRUCTED = 0x06, 0x04, 0x30, 0x20
_READABLE: Final = "-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1"


@dataclass(frozen=True)
class Pkcs12Form:
    """The form of a PKCS#12 file: https://www.rfc-editor.org/rfc/rfc7292."""

    digest: str
    """Of its MAC: a name, or the object identifier of another one; empty for a file without a MAC."""
    ciphers: tuple[str, ...]
    """What encrypts its items: names, or object identifiers of others."""
    items: int
    plain_key: bool = False
    """Whether its key is not encrypted."""


def unreadable(data: bytes, path: str, reader: Reader, *, with_password: bool) -> str:
    """Why a provider cannot read a certificate's file, with the command that writes a readable one; empty if it can.

    A file that is neither PEM nor PKCS#12 is left to the sign-in, which no reader can do with it.

    :param data: The file.
    :param path: Its path, for the command.
    :param reader: The provider.
    :param with_password: Whether a password is given.
    """
    is_pem = b"-----BEGIN " in data
    if is_pem and _has_shifted_lines(data):
        return (
            "the file is PEM, and not each '-----BEGIN' and '-----END' in it stands on a line of its own, at the line's"
            " beginning: write the file anew, without indentation and with its line breaks"
        )
    reason = _pem_problem(data, reader, with_password) if is_pem else _pkcs12_problem(data, reader, with_password)
    if not reason:
        return ""
    return f"{reason}: write a file that azuread and azure-native read with: {_remedy(data, path, is_pem=is_pem)}"


def pkcs12_form(data: bytes) -> Pkcs12Form:
    """The form of a PKCS#12 file.

    :raises ValueError: It is another file.
    """
    try:
        ((_, whole),) = _parts(data)
        _, (_, safe), *mac = _parts(whole)
        _, (_, content) = _parts(safe)
        ((_, octets),) = _parts(content)
        ((_, items),) = _parts(octets)
        found = _parts(items)
        digest = next(_identifiers(mac[0][1]), "") if mac else ""
        by_item = [list(_identifiers(item)) for _, item in found]
    except (IndexError, RecursionError):
        raise ValueError("the file ends too early, or is nested without end") from None
    ciphers = {cipher for identifiers in by_item for cipher in _ciphers(identifiers)}
    plain_key = any(_PLAIN_KEY in identifiers for identifiers in by_item)
    return Pkcs12Form(_DIGESTS.get(digest, digest), tuple(sorted(ciphers)), len(found), plain_key)


def _has_shifted_lines(data: bytes) -> bool:
    # A carriage return alone ends no line for these readers.
    lines = [it.rstrip() for it in data.removeprefix(_BYTE_ORDER_MARK).split(b"\n")]
    return any(
        marker in it and not (it.startswith(marker) and it.endswith(b"-----") and it.count(b"-----") == 2)
        for it in lines
        for marker in (b"-----BEGIN ", b"-----END ")
    )


def _pem_problem(data: bytes, reader: Reader, with_password: bool) -> str:
    if reader == "azuread":
        return "the azuread provider reads PKCS#12 only, and the file is PEM"
    if with_password or b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in data or b"Proc-Type: 4,ENCRYPTED" in data:
        return "the azure-native provider reads PEM without a password only"
    if data.startswith(_BYTE_ORDER_MARK):
        return "the azure-native provider reads PEM without a byte order mark only"
    keys = len(re.findall(rb"-----BEGIN (?:RSA )?PRIVATE KEY-----", data))
    if keys > 1:
        return f"the azure-native provider reads PEM with one private key only, and the file has {keys}"
    return ""


def _pkcs12_problem(data: bytes, reader: Reader, with_password: bool) -> str:
    begin, and_this = f"the {reader} provider reads PKCS#12", "and the file"
    if data.startswith(_INDEFINITE_LENGTH):
        return f"{begin} in DER only, {and_this} is in BER (values of indefinite length)"
    end = _end(data)
    try:
        form = pkcs12_form(data[:end])
    except ValueError:
        return ""
    if end < len(data):
        return f"{begin} without anything behind its end, {and_this} goes on"
    if not form.digest and (with_password or reader == "azure-native"):
        return f"{begin} with a MAC only, {and_this} has none"
    if form.digest and form.digest not in _READ_DIGESTS[reader]:
        return f"{begin} with a MAC of {_listed(_READ_DIGESTS[reader])} only, {and_this}'s is of {form.digest}"
    other = [it for it in form.ciphers if it not in _READ_CIPHERS[reader]]
    if other:
        return f"{begin} encrypted by {_listed(_READ_CIPHERS[reader])} only, {and_this} is encrypted by {other[0]}"
    if form.items not in _READ_ITEMS[reader]:
        return f"{begin} with certificates and key, each in an item of its own, {and_this} has {form.items} items"
    if form.plain_key and reader == "azure-native":
        return f"{begin} with an encrypted key only, {and_this}'s key is not encrypted"
    return ""


def _remedy(data: bytes, path: str, *, is_pem: bool) -> str:
    old, new = shlex.quote(path), shlex.quote(re.sub(r"\.\w+$", "", path) + "-readable.pfx")
    if is_pem:
        return f"openssl pkcs12 -export -in {old} -out {new} {_READABLE}"
    # From one command to the other by a file: OpenSSL reads the key and then, from the start, the certificates.
    plain = shlex.quote(f"{path}.pem")
    read = f"openssl pkcs12 -in {old}{_legacy(data)} -nodes -out {plain}"
    write = f"openssl pkcs12 -export -in {plain} -out {new} {_READABLE}"
    return f"(umask 077; {read} && {write}; rc=$?; rm -f {plain}; exit $rc)"


def _legacy(data: bytes) -> str:
    try:
        ciphers = pkcs12_form(data[: _end(data)]).ciphers
    except ValueError:
        return ""
    return " -legacy" if any(it.startswith(_LEGACY) for it in ciphers) else ""


def _listed(names: tuple[str, ...]) -> str:
    *head, last = names
    return f"{', '.join(head)} or {last}" if head else last


def _ciphers(identifiers: list[str]) -> Iterator[str]:
    """The ciphers among the identifiers of one item."""
    for at, it in enumerate(identifiers):
        if it == _PBES2:
            yield _pbes2(identifiers[at + 1 :])
        elif it.startswith(_PBES1):
            yield _CIPHERS.get(it, it)


def _pbes2(parts: list[str]) -> str:
    """PBES2 by its parts: how the key is derived, with which HMAC (SHA-1 if omitted), and the cipher itself."""
    derivation, *others = parts or [""]
    used = [derivation, *others[: 2 if others and others[0].startswith(_HMAC) else 1]]
    other = next((it for it in used if it not in (_PBKDF2, *_HMACS, *_AES_CBC)), "")
    return f"PBES2 ({other or 'AES'})"


def _identifiers(data: bytes) -> Iterator[str]:
    """The object identifiers in an encoding, also in the octet strings that hold an encoding."""
    for tag, content in _parts(data):
        if tag == _OID:
            yield _dotted(content)
        elif tag & _CONSTRUCTED:
            yield from _identifiers(content)
        elif tag == _OCTET_STRING and content[:1] == bytes([_SEQUENCE]):
            try:
                inner = list(_identifiers(content))
            except (IndexError, ValueError):  # Something encrypted.
                continue
            yield from inner


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """The tags and contents of consecutive DER values.

    :raises ValueError: It is another encoding.
    """
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
            if not 1 <= size <= 4:
                raise ValueError("the length is not one of DER")
        if at + length > len(data):
            raise ValueError("the value is longer than the file")
        found.append((tag, data[at : at + length]))
        at += length
    return found


def _end(data: bytes) -> int:
    """Where the first DER value ends, or the data if they are something else."""
    size = data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + size], "big") if size else int.from_bytes(data[1:2], "big")
    return min(2 + size + length, len(data))


def _dotted(content: bytes) -> str:
    first, value = min(content[0] // 40, 2), 0
    numbers = [first, content[0] - 40 * first]
    for byte in content[1:]:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    return ".".join(map(str, numbers))
