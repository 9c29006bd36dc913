"""Container registries (``NAME.azurecr.io``): their token service, and images that a real client can pull."""
