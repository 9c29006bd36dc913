"""AKS clusters: their state, and the reset of their credential."""
