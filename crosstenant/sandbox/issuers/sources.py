"""Where the refusals of a cluster's issuer come from."""

from __future__ import annotations

from typing import Final

from crosstenant.sandbox.world.provenance import assumed

UNKNOWN_ISSUER: Final = assumed(
    "status and text, of a cluster that is gone or whose issuer is off",
    "https://learn.microsoft.com/azure/aks/use-oidc-issuer",
)
