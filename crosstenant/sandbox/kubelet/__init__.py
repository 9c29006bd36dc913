"""The kubelet: a pull with the credential of a cluster's node."""
