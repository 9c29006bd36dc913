"""``crosstenant check``: checks the chain from a cluster to the registries link by link, and changes nothing."""
