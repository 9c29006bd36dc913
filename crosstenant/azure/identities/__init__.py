"""User-assigned managed identities, and the federated credentials that they trust."""
