"""``crosstenant plugin``: makes the Pulumi engine find this package's plugin."""
