"""Who this process is in a tenant, and the proof that a secret signs in."""
