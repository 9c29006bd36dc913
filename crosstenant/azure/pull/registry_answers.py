"""One answer of a registry, and the missing link that a refusal tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from crosstenant.azure.connections.documents import page_in, read_json
from crosstenant.azure.pull.pull_verdict import Reason
from crosstenant.model.matched_texts.registry_texts import (
    NETWORK_RULE,
    PRINCIPAL_DISABLED,
    PRINCIPAL_MISSING,
    REQUESTED_ACCESS,
    ROLE_MISSING,
    SECRET_EXPIRED,
    SECRET_WRONG,
)
from crosstenant.model.outside_text import in_one_line


@dataclass(frozen=True)
class Answer:
    """An answer, whose body may be cut."""

    status: int
    headers: Any
    body: str

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Codes and messages of an error in the form of the distribution specification."""
        try:
            errors = cast("list[dict[str, Any]]", read_json(self.body)["errors"])
            return [(str(item.get("code") or ""), str(item.get("message") or "")) for item in errors]
        except (ValueError, KeyError, TypeError, AttributeError):
            return []

    @property
    def page(self) -> str:
        """What it holds in place of a registry's JSON; empty for JSON, and for nothing."""
        return page_in(self.body)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the registry asks to wait."""
        text = str(self.headers.get("Retry-After", ""))
        return float(text) if text.isdecimal() else None

    @property
    def request_id(self) -> str:
        """The registry's ID of the request, for Azure's support; empty without one, and for a page in its place."""
        return "" if self.page else in_one_line(str(self.headers.get("X-Ms-Correlation-Request-Id", "")))

    @property
    def codes(self) -> set[str]:
        """The codes of its errors, in upper case."""
        return {code.upper() for code, _ in self.errors}


def reason_of(answer: Answer, *, of_content: bool) -> Reason:
    """The missing link.

    :param answer: A refusal, or another answer than the one that was due.
    :param of_content: Whether a manifest or a layer was asked for, with a token.
    """
    if answer.status in (429, 503):
        return Reason.THROTTLED
    # A proxy, a firewall or a gateway answers with a page: it says nothing about network rules, roles or tags.
    if answer.status >= 500 or (answer.status >= 400 and answer.page):
        return Reason.UNREACHABLE
    said = " ".join(message for _, message in answer.errors).lower()
    if answer.status == 403:
        # "client with IP '...' is not allowed access": https://aka.ms/acr/firewall.
        of_role = of_content or REQUESTED_ACCESS.is_in(said)
        blocked = not of_role or NETWORK_RULE.is_in(said)
        return Reason.NETWORK_BLOCKED if blocked else Reason.ROLE_MISSING
    if answer.status == 404 and of_content:
        return Reason.REPOSITORY_ABSENT if "NAME_UNKNOWN" in answer.codes else Reason.TAG_ABSENT
    if answer.status in (400, 401):
        for text, reason in _SAID:
            if text.is_in(said):
                return reason
        if of_content:
            return Reason.ROLE_MISSING
    return Reason.UNEXPECTED


# Sign-in errors come in the registry's own words or with Entra's code
# (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). The first that matches counts: a wrong
# secret may be called "expired or wrong" only by its code. A principal without any role gets no token at all.
_SAID: Final = (
    (SECRET_EXPIRED, Reason.SECRET_EXPIRED),
    (SECRET_WRONG, Reason.SECRET_WRONG),
    (PRINCIPAL_DISABLED, Reason.SERVICE_PRINCIPAL_DISABLED),
    (PRINCIPAL_MISSING, Reason.SERVICE_PRINCIPAL_MISSING),
    (ROLE_MISSING, Reason.ROLE_MISSING),
)
