"""The ``crosstenant`` command."""
