"""The resource ``PullCheck``."""
