"""The functions that the plugin serves, one a file."""
