"""Stand-ins for the azuread and azure-native provider plugins, for sandboxes on machines that have neither.

Test doubles: they take the engine's place for the real plugins' inputs, refusals, order of calls and state, for the few
resource types that this package uses, and are started by nothing but the sandbox. Each runs as
``python -m crosstenant.sandbox.standins.azuread ENGINE`` (or ``.azure_native``).
"""
