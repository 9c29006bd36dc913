"""A pull like a node's: the docker token flow, and the meaning of its answers."""
