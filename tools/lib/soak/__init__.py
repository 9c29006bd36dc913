"""A chain that lives for some days by the sandbox's clock."""
