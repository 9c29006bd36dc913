"""The functions that the plugin serves, one in each file."""
