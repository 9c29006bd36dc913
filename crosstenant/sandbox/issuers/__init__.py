"""The OIDC issuers of the clusters (``*.oic.prod-aks.azure.com``): discovery and signing keys."""
