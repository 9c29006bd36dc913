"""Tokens as azure-native asks for them: azidentity, whose requests go through azcore with its defaults.

https://github.com/Azure/azure-sdk-for-go: sdk/azidentity/confidential_client.go, sdk/azcore/runtime/policy_retry.go and
policy_body_download.go. azcore varies its waits at random around these. A request for a federated token goes through
Go's own client, which repeats nothing (pulumi/pulumi-azure-native, provider/pkg/provider/auth_azidentity.go).
"""

from __future__ import annotations

from typing import ClassVar, Final, NoReturn

from typing_extensions import override

from crosstenant.sandbox.standins.http import Answer
from crosstenant.sandbox.standins.signin import SignIn, SignInFailure, refusal

TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that azcore answers with another try."""
_LONGEST: Final = 60.0


def is_transient(answer: Answer, longest: float) -> bool:
    """Whether azcore answers with another try.

    :param longest: Its longest wait, in seconds: a server that asks for more gets no other try.
    """
    return answer.status in TRANSIENT and (answer.retry_after or 0) <= longest


class NativeSignIn(SignIn):
    """Tokens of azure-native."""

    waits: ClassVar[tuple[float, ...]] = (0.8, 2.4, 5.6)
    heeds_zero: ClassVar[bool] = False
    replaces_audience: ClassVar[bool] = True

    @override
    def is_repeated(self, answer: Answer) -> bool:
        if answer.status == 0:
            return not answer.cut_off
        return is_transient(answer, _LONGEST)

    @override
    def refuse(self, step: str, method: str, url: str, answer: Answer) -> NoReturn:
        if step == "githubAssertion":
            if answer.status == 0:
                raise SignInFailure(f"GitHub OIDC: couldn't request token: {answer.text}")
            if answer.status == 200:
                raise SignInFailure("GitHub OIDC: cannot unmarshal response")
            raise SignInFailure(f"GitHub OIDC: {answer.status} with response: {answer.text}")
        if answer.status == 200:
            raise SignInFailure(f"json decode error; the message was: {answer.text}")
        raise SignInFailure(refusal(answer))
