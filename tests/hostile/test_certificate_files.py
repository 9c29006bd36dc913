"""Certificate files that are damaged, cut off or made to mislead: a sentence or nothing, for whichever provider."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from crosstenant.model.credentials.certificate_file import pkcs12_form, unreadable
from crosstenant.model.credentials.variables import Reader
from tests.certificate_files import PBES, SHA1_ONLY, pem_file, pkcs12_file

FILES = (
    pkcs12_file(*SHA1_ONLY),
    pkcs12_file(PBES.PBESv2SHA256AndAES256CBC, hashes.SHA256()),
    pkcs12_file(password=""),
    pem_file(),
)
edits = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=6)), max_size=6)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file in which some bytes are others, are missing, or are too many."""
    data = draw(st.sampled_from(FILES))
    for at, length, new in draw(edits):
        at %= len(data) + 1
        data = data[:at] + new + data[at + length :]
    return data


@given(st.one_of(damaged(), st.binary(max_size=60)), st.booleans())
def test_any_file_is_told_in_a_sentence_or_left_to_the_sign_in(data: bytes, with_password: bool):
    readers: tuple[Reader, ...] = ("azure-native", "azuread")
    for reader in readers:
        found = unreadable(data, "cert.pfx", reader, with_password=with_password)
        assert found == "" or found.isprintable()


@pytest.mark.parametrize("data", [b"\x30\x84" * 20000, (b"\x30\x80" * 20000), b""])
def test_a_file_without_end_is_no_pkcs12(data: bytes):
    with pytest.raises(ValueError, match=r"DER|too early|longer|unpack"):
        pkcs12_form(data)


def test_a_part_that_is_nested_deeply_is_no_pkcs12():
    nested = b""
    for _ in range(5000):
        size = len(nested).to_bytes(3, "big")
        nested = b"\x30\x83" + size + nested

    def wrapped(tag: int, content: bytes) -> bytes:
        return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content

    octets = wrapped(0x04, wrapped(0x30, wrapped(0x30, nested)))
    safe = wrapped(0x30, wrapped(0x06, b"\x2a\x03") + wrapped(0xA0, octets))
    with pytest.raises(ValueError, match="nested without end"):
        pkcs12_form(wrapped(0x30, b"\x02\x01\x03" + safe))
