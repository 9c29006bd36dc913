"""Managed clusters: what Azure Kubernetes Service answers, refuses, and does over time."""
