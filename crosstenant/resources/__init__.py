"""Typed classes of the plugin's resources, provider and functions."""
