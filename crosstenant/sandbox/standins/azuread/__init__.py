"""The stand-in for the azuread provider plugin: applications, their passwords, and service principals."""
