"""What a node does with the credential that its cluster holds."""
