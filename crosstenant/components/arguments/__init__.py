"""The components' arguments: what a program may write, and how it is checked, once, before anything is declared."""
