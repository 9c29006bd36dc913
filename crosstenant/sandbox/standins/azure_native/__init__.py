"""The stand-in for the azure-native provider plugin: role assignments, clusters, registries and resource groups."""
