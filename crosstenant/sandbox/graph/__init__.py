"""Microsoft Graph (``graph.microsoft.com``): applications, service principals, owners and password credentials."""
