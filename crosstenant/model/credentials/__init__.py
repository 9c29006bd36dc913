"""The kinds of credential for a tenant, declared once for programs, plugin, commands and documentation."""
