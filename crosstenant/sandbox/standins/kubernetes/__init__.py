"""The stand-in for the kubernetes plugin: objects of any kind, applied to the API server that a kubeconfig names."""
