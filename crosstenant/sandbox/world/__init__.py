"""The state of the local Azure: what there is, what it starts with, and what may happen to it."""
