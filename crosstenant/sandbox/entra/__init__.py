"""The Microsoft identity platform (``login.microsoftonline.com``): discovery, signing keys and tokens."""
