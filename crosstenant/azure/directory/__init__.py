"""Microsoft Graph: applications, service principals, and the rights of the caller."""
