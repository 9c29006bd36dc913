"""The forms of credentials: what has one is hidden, known or not.

Each pattern reads a character a bounded number of times: the text of a hostile server may be long.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import Final

# What a name ends with: `aadClientSecret` of a node's azure.json, `ARM_OIDC_TOKEN`, `X-Auth-Token` of a header.
_ENDS: Final = (
    r"secret|token|pass(?:word|wd|phrase)|pwd|assertion|secret[_-]?text|client[_-]?key[_-]data|sig|identity[_-]?header"
    r"|(?:account|access|api|primary|secondary|storage|subscription)[_-]?key"
)
_FORM_NAMES: Final = rf"[A-Za-z0-9]{{0,40}}?(?:{_ENDS})"
_DOCUMENT_NAMES: Final = rf"[\w-]{{0,40}}?(?:{_ENDS}|auth)"
_UUID: Final = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"

_SHAPES: Final = (
    # Also over the ends of lines.
    (re.compile(r"eyJ[\w-]{5,}[\w.-]*(?:(?:\s{1,2}|\\n)(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w.-]{32,})*"), "[token]"),
    # A token, a PEM text and a kubeconfig, in base64: as a Secret of Kubernetes and a kubeconfig have them.
    (re.compile(r"(?:ZXlK|LS0tLS1CRUdJTi|YXBpVmVyc2lvbjo)[\w+/-]{17,}=*"), "[secret]"),
    # A key, or a certificate with its key, without the lines of PEM.
    (re.compile(r"\bMII[\w+/]{100,}=*"), "[secret]"),
    (
        re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----).)*(?:-----END [A-Z ]{0,50}-----)?", re.DOTALL),
        "[secret]",
    ),
    # https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2
    (
        re.compile(
            r"(\bauthorization\\{0,3}[\"']?\s*[:=]\s*\\{0,3}[\"']?\s*)"
            r"((?:basic|bearer|negotiate|ntlm|pop|sharedkey|sharedkeylite|token)\s+)\\{0,3}[\"']?[^\s\"'\\,;)\[]+",
            re.IGNORECASE,
        ),
        r"\1\2[secret]",
    ),
    # https://www.rfc-editor.org/rfc/rfc6750. Words are shorter, or without a digit.
    (
        re.compile(r"\b(Bearer|Basic)(\s+|%20|\+)(\\{0,3}[\"']?)(?=\S*\d)\w[\w.~+/-]{15,}=*", re.IGNORECASE),
        r"\1\2\3[secret]",
    ),
    # `client_secret=...` of a form, `sig=...` of a signed address, `AccountKey=...` of a connection string,
    # `ARM_CLIENT_SECRET=...` of an environment, `--password=...` of a command, with or without quotation marks.
    (
        re.compile(
            rf"(?<![A-Za-z0-9])({_FORM_NAMES})(=|%3D)"
            r"(?:(\\{0,3}[\"'])(?!\[)[^\"'\\]+|(?!\[|\.\.\.)[^\s\"'&,;)<>\\]+)",
            re.IGNORECASE,
        ),
        r"\1\2\3[secret]",
    ),
    (
        re.compile(rf"(\"{_DOCUMENT_NAMES}\"\s*:\s*\")(?!\[)(?:\\.|[^\"\\])+", re.IGNORECASE | re.DOTALL),
        r"\1[secret]",
    ),
    # The same inside another JSON text, and as Python writes a dictionary.
    (
        re.compile(
            rf"((\\{{1,3}}\"|'){_DOCUMENT_NAMES}\2\s*:\s*(?:\\{{1,3}}\"|'))(?!\[)[^\"'\\]+",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    # YAML has no quotation marks, and prose has a colon too.
    (
        re.compile(
            rf"(?<![\w-])((?:{_DOCUMENT_NAMES}|authorization):\s+)(?!{_UUID})(?=[\w.~+/=-]*\d)[\w.~+/=-]{{16,}}",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    # A password may be short: a word has no digit, and Entra's codes come behind "invalid username or password:".
    (
        re.compile(
            r"(?<![\w-])([\w-]{0,40}?(?:client[_-]?secret|pass(?:word|wd|phrase)|pwd):\s+)(?!AADSTS|https?:)"
            r"(?=\S{0,100}\d)(?=\S{0,100}[A-Za-z])[^\s\"'<>,;\[]{8,}",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    # Arguments of commands, in one line and as a list. Prose about an option has a word behind it, without a digit.
    (
        re.compile(
            r"(?<![\w-])(--(?:[a-z]{1,20}-){0,3}(?:password|passphrase|token|client-secret|(?:account|access|api)-key))"
            r"(?:(\s+[\"'])[^\"']+|(\\{0,3}[\"'],\s*\\{0,3}[\"'])[^\"'\\]+|(\s+)(?=[^\s\"']{0,100}\d)[^\s\"'\[]+)",
        ),
        r"\1\2\3\4[secret]",
    ),
    (
        re.compile(
            r"(\blogin\b(?:[^\n|;&,]{0,200}?\s-p\s+[\"']?|[\"'][^\n\]]{0,200}?[\"']-p[\"'],\s*[\"']))(?!\[)[^\s\"']+"
        ),
        r"\1[secret]",
    ),
    (re.compile(r"(?<![\w-])((?:-u|-U|--user|--proxy-user)\s+[\"']?[^\s:\"']{1,64}:)[^\s\"'\[]+"), r"\1[secret]"),
    # The code of an address, and cookies: names and values, without the words behind them.
    (re.compile(r"([?&]code=)[^\s&\"'<>\[]{16,}", re.IGNORECASE), r"\1[secret]"),
    (
        re.compile(
            r"(\b(?:set-)?cookie\\{0,3}[\"']?\s*[:=]\s*\\{0,3}[\"']?)[^\s=;:\"'\\]{1,100}=[^\s;\"'\\]+"
            r"(?:;\s?[^\s=;:\"'\\]{1,100}=[^\s;\"'\\]*)*",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    # User information in an address, also one whose password has a slash or an at sign in it.
    (re.compile(r"(?<=://)[^\s/?#'\"]+@"), "[secret]@"),
    (re.compile(r"(?<=://)[^\s/:@?#'\"]{1,64}:(?!\d{1,5}(?:[/?#\s]|$))[^\s@'\"]{1,256}@"), "[secret]@"),
    (re.compile(r"(?<=%3A%2F%2F)(?:(?!%2F|%3F)[^\s/?#'\"]){1,300}?%40", re.IGNORECASE), "[secret]%40"),
    # Without a scheme, as a proxy may be given; `image:tag@sha256:...` looks alike.
    (
        re.compile(r"(?<![\w.%+~/-])[\w.%+~-]{1,64}:[^\s/@:'\"]{1,256}@(?!sha\d)(?=[\w.-]{1,253}:\d{1,5}(?!\w))"),
        "[secret]@",
    ),
    # Entra's secrets: three characters, a digit, `Q~`, 31 to 34 more, or fewer where a text is cut off
    # (https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret).
    (re.compile(r"[\w.~-]{3}\dQ~[\w~][\w.~-]*"), "[secret]"),
    # Entra's refresh tokens.
    (re.compile(r"\b[01]\.A[\w-]{30,}[\w.-]*"), "[secret]"),
    # Tokens of GitHub and of Pulumi Cloud.
    (re.compile(r"\b(?:gh[oprsu]_|github_pat_|pul-)\w{30,}"), "[secret]"),
)
# https://www.rfc-editor.org/rfc/rfc7617: `id:secret` in base64, which may be short and have no digit.
_BASIC: Final = re.compile(r"\b(Basic\s+)([A-Za-z0-9+/]{4,}={0,2})", re.IGNORECASE)


def without_shapes(text: str) -> str:
    """``text`` without what has the form of a token, key, password or signature.

    :param text: The text.
    """
    for pattern, replacement in _SHAPES:
        text = pattern.sub(replacement, text)
    return _BASIC.sub(lambda found: f"{found[1]}[secret]" if _is_pair(found[2]) else found[0], text)


def _is_pair(encoded: str) -> bool:
    try:
        pair = b64decode(f"{encoded.rstrip('=')}{'=' * (-len(encoded.rstrip('=')) % 4)}", validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    return ":" in pair and pair.isprintable()
