"""The running sandbox: listener, proxy, certificates, and the environment of what runs in it."""
