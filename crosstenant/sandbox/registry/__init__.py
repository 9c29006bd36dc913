"""Container registries (``NAME.azurecr.io``): their token service, and images that unmodified clients pull."""
