"""The provider plugin: everything that talks to Azure."""
