"""The secrets of the matrix, in each form in which a text may have them."""

from __future__ import annotations

import base64
import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote, quote_plus

from crosstenant.sandbox.world import seed

APP: Final = "a0000000-0000-4000-8000-0000000fa017"
SECRET: Final = "abc8Q~the-first-planted-secret-of-the-matrix"
NEXT_SECRET: Final = "def8Q~the-other-planted-secret-of-the-matrix"
_CLIENTS: Final = (
    (APP, SECRET),
    (APP, NEXT_SECRET),
    (seed.CLUSTER_CALLER_ID, seed.CLUSTER_CALLER_SECRET),
    (seed.REGISTRY_CALLER_ID, seed.REGISTRY_CALLER_SECRET),
)
_SHAPES: Final = {
    # Access tokens, the registry's refresh token, a client assertion, a cluster token.
    "a token": re.compile(r"\beyJ[\w-]{20,}\.[\w-]{20,}"),
    "an Authorization header": re.compile(r"\b(Bearer|Basic) (?=\S*\d)[\w.~+/=-]{16,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "a signed address": re.compile(r"[?&]sig=[\w%+/]{8,}"),
}


def secrets_in(text: str) -> list[str]:
    """What a text has of the secrets: in words, and never the secret itself."""
    found = [f"{what} of {client_id}" for client_id, secret in _CLIENTS for what in _forms_in(text, client_id, secret)]
    return found + [what for what, shape in _SHAPES.items() if shape.search(text)]


def _forms_in(text: str, client_id: str, secret: str) -> Iterator[str]:
    if any(it in text for it in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1])):
        yield "the secret"
    # Whatever stands before it, the middle of the secret has one of three forms in base64.
    cores = [base64.b64encode(secret[at : at + 18].encode()).decode() for at in range(3)]
    both = [base64.b64encode(f"{client_id}:{secret}".encode()).decode()]
    if any(it in text or it.replace("+", "-").replace("/", "_") in text for it in cores + both):
        yield "base64 of the secret"


def told_by(error: BaseException | None) -> str:
    """All that an exception and those behind it can tell a log: text, representation, stack."""
    texts: list[str] = []
    pending = [error]
    seen: set[int] = set()
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        texts += [str(one), repr(one), *map(repr, one.args), *traceback.format_exception(one)]
        pending += [one.__cause__, one.__context__]
    return "\n".join(texts)


@contextmanager
def logged() -> Iterator[list[str]]:
    """What the process would print of Python's logs: each warning and error, with its exception."""
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()}\n{told_by(record.exc_info[1] if record.exc_info else None)}")

    keeper = Keeper(logging.WARNING)
    logging.getLogger().addHandler(keeper)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(keeper)
