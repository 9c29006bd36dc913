"""The kinds of credential that a tenant can be signed in to with: said once, for program, plugin, commands and docs."""
