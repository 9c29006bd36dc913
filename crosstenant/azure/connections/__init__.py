"""How requests leave: through the environment's proxy, without ``.netrc``, and with a token to one host alone."""
