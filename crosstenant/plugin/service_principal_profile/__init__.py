"""The resource ``ServicePrincipalProfile``."""
