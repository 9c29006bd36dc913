"""The Kubernetes API of a cluster: a real API server, started when a client first asks for it."""
