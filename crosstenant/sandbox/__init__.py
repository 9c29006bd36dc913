"""The sandbox: the parts of Azure that a cross-tenant pull touches, on this machine, under their real host names."""
