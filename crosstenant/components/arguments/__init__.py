"""The components' arguments and their checks, which run once, before anything is declared."""
