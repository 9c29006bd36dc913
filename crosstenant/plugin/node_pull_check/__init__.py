"""The resource ``NodePullCheck``."""
