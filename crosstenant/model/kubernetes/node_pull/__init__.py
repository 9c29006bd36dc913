"""A pull by a cluster's own nodes: the pods, the command that makes them, and the meaning of what they answer."""
