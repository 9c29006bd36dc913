"""Container registries, as Resource Manager describes them."""
