"""Azure Resource Manager (``management.azure.com``): what a cross-tenant stack requests, and the refusals."""
