"""The check of a chain without a secret: an identity of the registry tenant that trusts clusters' issuers."""
