"""Role assignments and role definitions, and the actions that they permit at a scope."""
