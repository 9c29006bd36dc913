"""Azure as the plugin reaches it; nothing here knows of Pulumi."""
