"""The program that renews pull secrets in a cluster; it runs there, and nothing of the package imports it."""
