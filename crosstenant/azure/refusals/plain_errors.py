"""The old name of ``explained``, until the plugin's files use the new one."""

from crosstenant.azure.refusals.explained import explained as plainly

__all__ = ["plainly"]
