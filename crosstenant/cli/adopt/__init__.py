"""``crosstenant adopt``: takes a chain that was made by hand into a stack, without creating its objects again."""
