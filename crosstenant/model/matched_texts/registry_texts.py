"""Texts with which a registry refuses a sign-in or a pull, and Entra's as registries repeat them."""

from __future__ import annotations

from typing import Final

from crosstenant.model.matched_texts.matched_text import MatchedText

SECRET_EXPIRED: Final = MatchedText(
    "registry",
    "AADSTS7000222, or 'secret keys are expired'",
    (
        "AADSTS7000222: The provided client secret keys are expired. Visit the Azure Portal to create new keys for your"
        " app, or consider using certificate credentials for added security",
    ),
    "https://github.com/Azure/aad-pod-identity/issues/1075 (Entra; that a registry repeats it was not seen)",
    assumed=True,
    pattern=r"AADSTS7000222|secret keys?.* expired|expired.* secret",
)
SECRET_WRONG: Final = MatchedText(
    "registry",
    "Invalid clientid or client secret",
    ("Invalid clientid or client secret.", "AADSTS7000215: Invalid client secret provided."),
    "https://github.com/Azure/docker-login/issues/46",
    pattern=r"AADSTS7000215|invalid clientid or client secret|invalid client secret",
)
PRINCIPAL_DISABLED: Final = MatchedText(
    "registry",
    "AADSTS7000112, or 'is disabled'",
    ("AADSTS7000112: Application 'c' (images) is disabled.",),
    "https://learn.microsoft.com/entra/identity-platform/reference-error-codes (a registry that repeats"
    " it was not seen)",
    assumed=True,
    pattern=r"AADSTS7000112|disabled",
)
PRINCIPAL_MISSING: Final = MatchedText(
    "registry",
    "Application not registered with AAD",
    (
        "Application not registered with AAD.",
        "AADSTS700016: Application with identifier 'c' was not found in the directory 't'.",
    ),
    "https://github.com/Azure/acr/issues/366",
    pattern=r"AADSTS700016|AADSTS7000229|not registered|not found in the directory",
)
ROLE_MISSING: Final = MatchedText(
    "registry",
    "authentication required",
    ("authentication required, visit https://aka.ms/acr/authorization for more information.",),
    "https://github.com/Azure/azure-cli/issues/29659 (that a principal without a role is refused so was not seen)",
    assumed=True,
    pattern=r"authentication required|insufficient|access .*denied",
)
REQUESTED_ACCESS: Final = MatchedText(
    "registry",
    "requested access",
    ("requested access to the resource is denied",),
    "https://distribution.github.io/distribution/spec/api/#errors, DENIED",
)
NETWORK_RULE: Final = MatchedText(
    "registry",
    "IP, firewall or network in a 403",
    ("client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",),
    "https://learn.microsoft.com/azure/container-registry/container-registry-troubleshoot-access",
    pattern=r"\bip\b|firewall|network",
)
SINGLE_TENANT: Final = MatchedText(
    "Entra's sign-in page",
    "AADSTS50194",
    (
        "AADSTS50194: Application 'c'(images) is not configured as a multi-tenant application. Usage of the /common"
        " endpoint is not supported for such apps created after '10/15/2018'.",
    ),
    "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
)

REGISTRY_TEXTS: Final = (
    SECRET_EXPIRED,
    SECRET_WRONG,
    PRINCIPAL_DISABLED,
    PRINCIPAL_MISSING,
    ROLE_MISSING,
    REQUESTED_ACCESS,
    NETWORK_RULE,
    SINGLE_TENANT,
)
"""All of them, with the text of Entra's sign-in page."""
