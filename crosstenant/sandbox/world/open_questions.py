"""Questions that no source answers: Azure may do one or the other, and the sandbox does either by a setting.

Each has a default; the affected tests run with every answer (``tests/both_answers.py``). docs/sandbox-beliefs.md lists
them, with what a person with two tenants does to settle each. Once settled, a question becomes a refusal or a
behaviour with a source, and its setting goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from crosstenant.sandbox.world.provenance import Source, assumed, page, thread
from crosstenant.sandbox.world.state import State

_AKS: Final = (
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/azure/azure-kubernetes/error-codes/"
)


@dataclass(frozen=True, eq=False)
class OpenQuestion:
    """One question."""

    setting: str
    """The setting's name, as in ``crosstenant sandbox setting NAME VALUE``."""
    asks: str
    answers: Mapping[str, str]
    """The setting's values and what each means; the first is the default."""
    source: Source
    settle: str
    """What a person with Azure does to settle it."""

    @property
    def default(self) -> str:
        """The answer of a state that does not say another."""
        return next(iter(self.answers))

    def answer(self, state: State) -> str:
        """The answer that the sandbox gives."""
        container, name = self._place(state["settings"], make=False)
        return str(container.get(name, self.default))

    def put(self, state: State, answer: str) -> None:
        """Decides the question.

        :raises ValueError: The answer is unknown.
        """
        if answer not in self.answers:
            raise ValueError(f"setting '{self.setting}' must be {' or '.join(self.answers)}, not '{answer}'")
        container, name = self._place(state["settings"], make=True)
        container[name] = answer

    def _place(self, settings: dict[str, Any], *, make: bool) -> tuple[dict[str, Any], str]:
        *groups, name = self.setting.split(".")
        for group in groups:
            settings = cast("dict[str, Any]", settings.setdefault(group, {}) if make else settings.get(group, {}))
        return settings, name


CHINA_ELSEWHERE: Final = OpenQuestion(
    "china_elsewhere",
    "What does a cloud answer to the sign-in of an application whose tenant is in China, and China to others?",
    {
        "other_cloud": "AADSTS900382, as the public cloud and US Government to each other",
        "no_tenant": "AADSTS90002, as for a tenant that does not exist",
    },
    thread(
        "https://github.com/Azure/azure-sdk-for-js/issues/18189",
        but="whether that was the answer to a tenant in China, and that China answers likewise",
    ),
    "Sign in with a client secret to a tenant of China at the public cloud's sign-in host, and to one of the public "
    "cloud at China's.",
)

REGISTRY_REFUSES_AT: Final = OpenQuestion(
    "registry_refuses_at",
    "Where does a registry refuse an application without the role?",
    {"manifest": "the token is issued without actions, and the manifest is refused", "token": "no token is issued"},
    assumed("the place", question="registry-pull-without-role"),
    "Ask a registry's /oauth2/token for a pull with an application that has a service principal and no role; then ask "
    "for the manifest with the token.",
)
REGISTRY_REFUSES_WITH: Final = OpenQuestion(
    "registry_refuses_with",
    "With which error does a registry refuse an application without the role?",
    {"unauthorized": "401 UNAUTHORIZED with a challenge", "denied": "403 DENIED"},
    page(
        "https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-login",
        "https://distribution.github.io/distribution/spec/api/#errors",
        but="which of the two",
        question="registry-pull-without-role",
    ),
    "The same two requests: note status and code.",
)
REGISTRY_SIGN_IN_WORDS: Final = OpenQuestion(
    "registry_sign_in_words",
    "What does a registry say about a secret that is wrong or has expired?",
    {
        "own": "its own sentence, the same for both",
        "entra": "Entra's sentence, with the AADSTS code",
    },
    assumed("the words", question="registry-token-wrong-secret"),
    "Ask /oauth2/token with a wrong secret, and again with one that has expired.",
)
NEW_SECRET_CODE: Final = OpenQuestion(
    "new_secret_code",
    "With which code does Entra refuse a secret that has not replicated yet (setting lag.secret)?",
    {"AADSTS7000215": "as one that is not the application's", "AADSTS7000222": "as one that has expired"},
    thread(
        "https://github.com/Azure-Samples/active-directory-dotnetcore-daemon-v2/issues/87",
        "https://github.com/Azure-Samples/ms-identity-python-webapp/issues/67",
        but="when which of the two",
    ),
    "Add a secret to an application whose other secrets have ended, and sign in with the new one at once and every "
    "second.",
)
REGISTRY_EXCHANGE_TENANT: Final = OpenQuestion(
    "registry_exchange_tenant",
    "Does /oauth2/exchange compare its field 'tenant' with the registry's tenant?",
    {"ignored": "any value is taken, and none", "checked": "another tenant is refused with 401"},
    assumed(
        "that it does not",
        "https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md",
        question="registry-exchange-tenant-field",
    ),
    "Exchange a token of the registry tenant with the other tenant's ID in the field 'tenant'.",
)
AKS_SECRET_CODE: Final = OpenQuestion(
    "aks_secret_code",
    "Which code has AKS's refusal of a secret that is wrong or has expired?",
    {
        "ServicePrincipalValidationClientError": "the code of the page on AADSTS7000215",
        "BadRequest": "the first code of the page on AADSTS7000222",
        "InvalidClientSecret": "the second code of that page, with other words",
    },
    page(
        f"{_AKS}serviceprincipalvalidationclienterror-error.md",
        f"{_AKS}bad-request-or-invalid-client-secret-error.md",
        but="which code a reset gives",
        question="cluster-reset-wrong-secret",
    ),
    "Reset a test cluster's credential with a wrong secret: AKS refuses before it touches a node.",
)
AKS_UNKNOWN_PRINCIPAL_STATUS: Final = OpenQuestion(
    "aks_unknown_principal_status",
    "With which status does AKS refuse an application that it cannot find in the cluster tenant?",
    {"400": "400 ServicePrincipalNotFound", "404": "404 ServicePrincipalNotFound"},
    assumed("the status", question="cluster-reset-unknown-application"),
    "Reset a test cluster's credential with a client ID that does not exist.",
)
AKS_PUT_WITHOUT_SECRET: Final = OpenQuestion(
    "aks_put_without_secret",
    "Does AKS take a PUT of a cluster whose service principal profile has no secret?",
    {"accepted": "the cluster keeps its secret", "refused": "400 InvalidParameter"},
    assumed("that it does"),
    "Read a test cluster and PUT the answer back unchanged: it has no secret.",
)
ROLE_ASSIGNMENT_SCOPE: Final = OpenQuestion(
    "role_assignment_scope",
    "How is the scope of a role assignment spelled in Azure's answer, if the request wrote it with other letter case?",
    {"resource": "as the resource's own ID", "request": "as in the request"},
    assumed("the spelling", question="roles-scope-letter-case"),
    "PUT a role assignment with the registry's name in upper case and read it back.",
)
CONSENT_WITHOUT_PERMISSIONS: Final = OpenQuestion(
    "consent_without_permissions",
    "Does the consent page take an application that requests no permission?",
    {"refused": "AADSTS650056", "accepted": "it creates the service principal"},
    page(
        "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
        but="whether every such application is refused",
        question="consent-without-permissions",
    ),
    "Open the admin consent link of a multi-tenant application without permissions as an administrator.",
)
OPERATION_READERS: Final = OpenQuestion(
    "operations.readable_by",
    "May a caller whose only role is on a cluster read the operation of its reset, at the subscription's address?",
    {
        "tenant": "every caller of the subscription's tenant may read it",
        "role": "a caller with the operation's action at the subscription may; others get 403",
    },
    assumed(
        "that no action is needed",
        "https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations",
        question="cluster-operation-with-cluster-role-only",
    ),
    "Reset a test cluster's credential with the right secret as a caller whose only role is on the cluster, and read "
    "the address in Azure-AsyncOperation. The reset reimages every node.",
)
ASSERTION_WHITE_SPACE: Final = OpenQuestion(
    "assertion_white_space",
    "Does Entra take a client assertion that ends with a line break, as a token file may?",
    {"accepted": "the white space does not count", "refused": "AADSTS50027"},
    assumed("that it does"),
    "Sign in with a federated token and a line break after it.",
)
NO_FEDERATED_RECORD_CODE: Final = OpenQuestion(
    "no_federated_record_code",
    "With which code does Entra refuse an assertion that no federated credential matches, or not yet?",
    {
        "AADSTS700211": "one for the issuer that differs; AADSTS700213 for the subject, AADSTS700212 for the audience",
        "AADSTS70021": "one code, with issuer, subject and audience in its text",
    },
    thread(
        "https://github.com/Azure/azure-workload-identity/issues/1200",
        "https://github.com/Azure/azure-workload-identity/issues/977",
        but="when which of the two: the newer reports have the first",
        question="identities-sign-in-untrusted-issuer",
    ),
    "Sign in with a token of a cluster's service account that no credential of the identity names; again at once after "
    "its credential was created.",
)

QUESTIONS: Final = (
    REGISTRY_REFUSES_AT,
    REGISTRY_REFUSES_WITH,
    REGISTRY_SIGN_IN_WORDS,
    NEW_SECRET_CODE,
    REGISTRY_EXCHANGE_TENANT,
    AKS_SECRET_CODE,
    AKS_UNKNOWN_PRINCIPAL_STATUS,
    AKS_PUT_WITHOUT_SECRET,
    ROLE_ASSIGNMENT_SCOPE,
    CONSENT_WITHOUT_PERMISSIONS,
    OPERATION_READERS,
    ASSERTION_WHITE_SPACE,
    NO_FEDERATED_RECORD_CODE,
    CHINA_ELSEWHERE,
)


def find_question(setting: str) -> OpenQuestion | None:
    """The question that a setting decides; None for another setting."""
    return next((it for it in QUESTIONS if it.setting == setting), None)
