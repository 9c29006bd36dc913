"""The sign-in to a tenant, and the proof that a secret signs in."""
