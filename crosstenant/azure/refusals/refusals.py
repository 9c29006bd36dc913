"""Azure's errors as one sentence: the operation, what is wrong, what to do, and Azure's own words.

``refusal_table`` has the meaning of each code, and ``masking`` removes secrets. This module reads the errors of
azure-core and azure-identity, and makes Azure's words safe for a terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from crosstenant.azure.connections.documents import page_in
from crosstenant.azure.refusals.masking import hide
from crosstenant.azure.refusals.refusal_table import REFUSALS, ROLES_BY_ACTION, Refusal, Retry
from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.azure.waiting import seconds_of
from crosstenant.model.clouds import PUBLIC
from crosstenant.model.credentials.kinds import AzureCli, ManagedIdentity
from crosstenant.model.matched_texts.azure_texts import ACTION_DENIED, OTHER_ISSUER
from crosstenant.model.outside_text import in_one_line

if TYPE_CHECKING:
    from azure.core.exceptions import ServiceRequestError


@dataclass(frozen=True)
class AzureAnswer:
    """The parts of an Azure client's error."""

    status: int
    """HTTP status, 0 if there was no answer."""
    code: str
    """Azure's code (``AuthorizationFailed``, ``AADSTS7000222``), or the error's class name if it has none."""
    message: str
    """Azure's message, with that of every detail, in one line and without secrets."""
    codes: tuple[str, ...]
    """The code and the codes of the details, the most specific first."""
    repeated: tuple[str, ...]
    """Entra's codes in the message of another service, which tried to sign in with a credential and repeats why not."""
    request_id: str
    """Azure's ID of the request, for its support; empty if unknown."""
    retry_after: float = 0
    """Azure's ``Retry-After`` in seconds; 0 without one."""
    page: str = ""
    """What the answer holds in place of Azure's JSON document: ``a page ('Access denied')``; empty for JSON."""


def explain(error: Exception, *, doing: str, on: str, tenant: Tenant | None = None, secrets: Iterable[str] = ()) -> str:
    """One sentence for the operator.

    :param error: An error of azure-core or azure-identity.
    :param doing: What was being done, ``reading the cluster``.
    :param on: On what: its ARM ID, or ``tenant <UUID>``; empty where ``doing`` says it.
    :param tenant: The tenant signed in to: named, with the caller, where that matters. Its own secrets do not appear.
    :param secrets: Values that must not appear, whatever Azure wrote.
    """
    own = tenant.credentials.secrets() if tenant else []
    said = take_apart(error, [*secrets, *(it for it in own if len(it) >= _SHORTEST_HIDDEN)])
    known = refusal_of(said)
    what = f"{doing} {on}".strip()
    azure = _quoted(said)
    if said.status == 0 and known is None:
        return f"{what}: {_without_answer(error, said, tenant)}"
    if known is None and said.page and not 300 <= said.status < 400:
        return f"{what}: {azure}; {_PROXY}"
    if known is None and said.status < 300:
        return f"{what}: {said.message} (HTTP status {said.status}); {_PROXY}"
    if known is None:
        refused = (
            "Azure redirects to another address, which is not followed" if 300 <= said.status < 400 else "Azure refused"
        )
        return f"{what}: {refused}: {azure}"
    specific = _SPECIFIC.get(said.code)
    meaning, remedy = (specific(said, tenant) if specific else None) or (known.meaning, known.remedy)
    if known.source == "Entra" and said.repeated:
        meaning = f"Azure could not sign in with the credential that it was given: {meaning}"
    elif known.source == "Entra" and tenant is not None:
        meaning = f"{tenant.caller} cannot sign in to tenant {tenant.tenant_id}: {meaning}"
    if tenant is not None:
        remedy = remedy.replace("<tenant ID>", tenant.tenant_id)
    if known.retry is Retry.THROTTLED and said.retry_after:
        remedy = f"wait {said.retry_after:.0f} s, as Azure asks, and {remedy}"
    return f"{what}: {meaning}; {remedy}. {azure}"


def take_apart(error: Exception, secrets: Iterable[str] = ()) -> AzureAnswer:
    """Finds code, message, details and request ID in an error of an Azure client.

    :param error: The error.
    :param secrets: Values that must not appear in it.
    """
    hidden = list(secrets)
    response = getattr(error, "response", None)
    status = int(getattr(response, "status_code", 0) or 0)
    documents = list(_error_documents(response))
    message = " ".join(dict.fromkeys(str(item["message"]).strip() for item in documents if item.get("message")))
    if not message:
        message = str(getattr(error, "message", "") or error)
    codes = [hide(in_one_line(str(item["code"])), hidden) for item in documents if item.get("code")]
    if not codes:
        codes = list(dict.fromkeys(_AADSTS.findall(message)))
    return AzureAnswer(
        status=status,
        code=codes[0] if codes else type(error).__name__,
        # Twice, because a secret may have white space or a control character in it.
        message=hide(in_one_line(hide(message, hidden)), hidden),
        codes=tuple(codes),
        repeated=_repeated(message, codes),
        request_id=hide(
            in_one_line(_header(response, "x-ms-request-id", "x-ms-correlation-request-id", "request-id")), hidden
        ),
        page=hide(_page(response), hidden),
        retry_after=seconds_of(_header(response, "Retry-After")),
    )


def refusal_of(said: AzureAnswer) -> Refusal | None:
    """The row of the table that fits best: that of the innermost code which has one.

    Services repeat Entra's refusal under codes of their own, AKS under several; so Entra's counts first.
    """
    for code in (*said.repeated, *reversed(said.codes)):
        for refusal in REFUSALS:
            if code.lower() in (known.lower() for known in refusal.codes) and _phrase_fits(refusal, said.message):
                return refusal
    if said.status == 429:
        return _row("TooManyRequests")
    if said.status in (500, 502, 503, 504):
        return _row("InternalServerError")
    if said.status == 412:
        return _row("EtagMismatch")
    return None


def retry_of(error: Exception) -> Retry:
    """Whether the request that failed with ``error`` can succeed later by itself."""
    refusal = refusal_of(take_apart(error))
    return refusal.retry if refusal else Retry.NEVER


# A shorter one occurs in ordinary words.
_SHORTEST_HIDDEN: Final = 8
_PROXY: Final = "look for a proxy or a firewall that answers in Azure's place (HTTPS_PROXY, NO_PROXY)"
_PROXY_REMEDY: Final = "let the proxy pass connections to this host, or exempt the host from it (HTTPS_PROXY, NO_PROXY)"
_PROXY_REMEDIES: Final = {407: "give HTTPS_PROXY the user and the password that the proxy asks for"}
# The Azure CLI's variable, REQUESTS_CA_BUNDLE, is read by neither the plugin nor the Go providers.
_TRUST: Final = (
    "where a proxy or a firewall opens the connections of this machine, have SSL_CERT_FILE name a file with its root"
    " certificate and the usual ones"
)
_UNREAD: Final = "Unexpected response from Microsoft Entra ID: "
"""azure-identity, before an answer that is not JSON, whose status it drops."""
_AADSTS: Final = re.compile(r"AADSTS\d+")


def _error_documents(response: object) -> Iterator[dict[str, Any]]:
    """The answer's error and its details, outermost first."""
    try:
        body: Any = json.loads(cast("Any", response).text())
        found: Any = body["error"]
    except Exception:  # The body may be unread, empty, not JSON, or without an error: then only details are missing.
        return
    if isinstance(found, str):  # Entra's form: the telling code is in the description.
        description = str(body.get("error_description") or found)
        yield {"code": next(iter(_AADSTS.findall(description)), found), "message": description}
    pending: list[object] = [found]
    while pending:
        item = pending.pop(0)
        if isinstance(item, dict):
            document = cast("dict[str, Any]", item)
            yield document
            details = document.get("details")
            pending.extend(cast("list[object]", details) if isinstance(details, list) else [])


def _repeated(message: str, codes: Iterable[str]) -> tuple[str, ...]:
    of_entra = any(_AADSTS.fullmatch(code) for code in codes)
    return () if of_entra else tuple(dict.fromkeys(_AADSTS.findall(message)))


def _page(response: object) -> str:
    try:
        return page_in(cast("Any", response).text())
    except Exception:  # The body may be unread, or in no known encoding.
        return ""


def _header(response: object, *names: str) -> str:
    headers: Any = getattr(response, "headers", None) or {}
    return next((str(headers[name]) for name in names if headers.get(name)), "")


def _phrase_fits(refusal: Refusal, message: str) -> bool:
    return not refusal.phrases or any(phrase.is_in(message) for phrase in refusal.phrases)


def _row(code: str) -> Refusal:
    return next(row for row in REFUSALS if code in row.codes and not row.phrases)


def _quoted(said: AzureAnswer) -> str:
    if said.page:
        return f"HTTP status {said.status} came with {said.page} where Azure's JSON document was due"
    name = said.code if said.codes else f"HTTP status {said.status}"
    others = [code for code in said.codes[1:] if code != said.code]
    if others:
        name = f"{name} ({', '.join(others)})"
    # Entra begins the text with the code, and ends it with its own trace ID.
    text = said.message if said.message.startswith(f"{name}:") else f"{name}: {said.message}"
    suffix = f" (request ID {said.request_id})" if said.request_id and said.request_id not in said.message else ""
    return f"Azure says {text}{suffix}"


def _without_answer(error: Exception, said: AzureAnswer, tenant: Tenant | None) -> str:
    from azure.core.exceptions import (
        ClientAuthenticationError,
        IncompleteReadError,
        ServiceRequestError,
        ServiceResponseError,
    )

    from crosstenant.azure.connections.addresses import ForeignAddressError
    from crosstenant.azure.connections.answer_forms import OtherFormError
    from crosstenant.azure.connections.transport import ProxyRefusedError

    if isinstance(error, ClientAuthenticationError):
        who = f"{tenant.caller} cannot sign in to tenant {tenant.tenant_id}: " if tenant else ""
        if page := page_in(said.message.partition(_UNREAD)[2]):
            return f"{who}{page} came where the sign-in's JSON document was due; {_PROXY}"
        return f"{who}{said.message.rstrip('.')}{_sign_in_remedy(tenant)}"
    if isinstance(error, ProxyRefusedError):
        return f"Azure cannot be reached: {said.message}; {_PROXY_REMEDIES.get(error.proxy_status, _PROXY_REMEDY)}"
    if isinstance(error, ServiceRequestError):
        if _is_untrusted(error):
            return f"Azure cannot be reached: {said.message}; {_TRUST}"
        check = "check the network, HTTPS_PROXY and the environment (cloud)"
        of = f" of tenant {tenant.tenant_id}" if tenant else ""
        return f"Azure cannot be reached: {said.message}; {check}{of}"
    if isinstance(error, (ServiceResponseError, IncompleteReadError)):
        return f"the connection to Azure broke off: {said.message}; run again"
    if isinstance(error, ForeignAddressError):
        return said.message
    if isinstance(error, OtherFormError):
        return f"{said.message}; {_PROXY}, or update this package"
    return f"{said.code}: {said.message}"


def _is_untrusted(error: ServiceRequestError) -> bool:
    from aiohttp import ClientConnectorCertificateError

    return isinstance(error.inner_exception, ClientConnectorCertificateError)


def _sign_in_remedy(tenant: Tenant | None) -> str:
    if tenant is None:
        return ""
    if isinstance(tenant.credentials, AzureCli):
        # Of its accounts the Azure CLI shows those of the cloud that it is set to.
        cloud = "" if tenant.cloud == PUBLIC else f"'az cloud set --name {tenant.cloud.az_name}' and "
        return f"; run {cloud}'az login --tenant {tenant.tenant_id}', or give the provider another kind of credential"
    if isinstance(tenant.credentials, ManagedIdentity):
        return "; run where the managed identity is, or give the provider another kind of credential"
    return ""


def _wrong_tenant(said: AzureAnswer, tenant: Tenant | None) -> tuple[str, str] | None:
    issuers = OTHER_ISSUER.search(said.message)
    if issuers is None:
        return None
    signed_in, owner = issuers["signed_in"].lower(), issuers["owner"].lower()
    return (
        f"its subscription belongs to tenant {owner}, but this provider signs in to tenant {signed_in}",
        "use an ID of this provider's tenant, or the provider of the other tenant",
    )


def _cloud_of_cli(said: AzureAnswer, tenant: Tenant | None) -> tuple[str, str] | None:
    # The Azure CLI signs in to the cloud that it is set to, whichever one the arguments name.
    if tenant is None or not isinstance(tenant.credentials, AzureCli):
        return None
    cloud = tenant.cloud
    missing = "the service that the token is for" if said.code == "AADSTS500011" else "the tenant"
    return (
        f"the cloud that the Azure CLI is set to does not have {missing}",
        f"check tenantId and environment, which is '{cloud.name}', and choose this cloud in the Azure CLI:"
        f" 'az cloud set --name {cloud.az_name}', then 'az login --tenant <tenant ID>'",
    )


def _hidden_subscription(said: AzureAnswer, tenant: Tenant | None) -> tuple[str, str] | None:
    if tenant is None:
        return None
    return (
        f"its subscription is not visible to {tenant.caller} in tenant {tenant.tenant_id}: it belongs to another"
        " tenant, does not exist, or the caller has no role in it",
        "check the subscription ID and the provider's tenant",
    )


def _denied(said: AzureAnswer, tenant: Tenant | None) -> tuple[str, str] | None:
    found = ACTION_DENIED.search(said.message)
    if found is None:
        return None
    action, scope = found["action"], found["scope"]
    role = ROLES_BY_ACTION.get(action.lower())
    return (
        f"{found['client']} (object ID {found['object']}) may not do {action} on {scope}",
        f"assign {f'the role {role!r}' if role else 'a role that permits it'} at that scope or above;"
        " a new assignment takes some minutes to count",
    )


_SPECIFIC: Final = {
    **dict.fromkeys(("AADSTS90002", "AADSTS500011", "AADSTS90038", "AADSTS900382", "AADSTS900439"), _cloud_of_cli),
    "InvalidAuthenticationTokenTenant": _wrong_tenant,
    "SubscriptionNotFound": _hidden_subscription,
    "AuthorizationFailed": _denied,
}
