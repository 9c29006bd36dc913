"""A cluster's Kubernetes API server, read with a kubeconfig."""
