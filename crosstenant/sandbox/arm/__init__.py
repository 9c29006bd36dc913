"""Azure Resource Manager (``management.azure.com``): what the chain across the tenants asks, and its refusals."""
