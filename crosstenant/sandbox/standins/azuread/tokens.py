"""Tokens as azuread asks for them: hashicorp/go-azure-sdk, sdk/auth/client.go and client_credentials.go.

Its client is hashicorp/go-retryablehttp with that library's own number of tries, whose sign of a busy server is 429 or
any 5xx but 501. It ends without the last answer.
"""

from __future__ import annotations

from typing import ClassVar, NoReturn

from typing_extensions import override

from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.standins.signin import SignIn, SignInFailure, refusal


def is_busy(answer: Answer) -> bool:
    """Whether go-retryablehttp repeats a request with such an answer."""
    return answer.status == 429 or (answer.status >= 500 and answer.status != 501)


def given_up(method: str, url: str, answer: Answer, tries: int) -> str:
    """What go-retryablehttp says after its last try."""
    broke = f": {answer.text}" if answer.status == 0 else ""
    return f'{method.title()} "{url}": {method} {url} giving up after {tries} attempt(s){broke}'


def unreadable(answer: Answer) -> str:
    """What Go says of a body that is not JSON."""
    return f"invalid character {answer.text[:1]!r} looking for beginning of value"


class AzureadSignIn(SignIn):
    """Tokens of azuread."""

    waits: ClassVar[tuple[float, ...]] = (1, 2, 4, 8)
    repeats_assertion_requests: ClassVar[bool] = True

    @override
    def is_repeated(self, answer: Answer) -> bool:
        return is_busy(answer) or (answer.status == 0 and not answer.cut_off)

    @override
    def refuse(self, step: str, method: str, url: str, answer: Answer) -> NoReturn:
        if self.is_repeated(answer):
            raise SignInFailure(f"{step}: cannot request token: {given_up(method, url, answer, len(self.waits) + 1)}")
        if answer.cut_off:
            raise SignInFailure(f"{step}: cannot parse response: unexpected EOF")
        if 200 <= answer.status <= 299 and not answer.is_object:
            raise SignInFailure(f"{step}: cannot unmarshal response: {unreadable(answer)}")
        if answer.status == 200 and step == "githubAssertion":
            raise SignInFailure("GitHubOIDCAuthorizer: nil JWT assertion received from GitHub")
        said = refusal(answer) if step == "clientCredentialsToken" else answer.text
        raise SignInFailure(f"{step}: received HTTP status {answer.status} with response: {said}")
