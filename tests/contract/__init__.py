"""Questions at the level of HTTP to the services that the package uses: the sandbox's, or two real tenants'.

docs/contract.md says how a person asks them.
"""
