"""``crosstenant sandbox``: its commands."""
