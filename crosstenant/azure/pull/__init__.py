"""A pull as a node would do it: the docker token flow, and what its answers mean."""
