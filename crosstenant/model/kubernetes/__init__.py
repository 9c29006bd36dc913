"""What goes into a cluster for a pull without a secret, as plain documents of the Kubernetes API."""
