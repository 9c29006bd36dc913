"""Pulumi's provider protocol in plain Python; knows nothing of Azure."""
