"""Microsoft Graph: applications, service principals, and the permissions of the caller."""
