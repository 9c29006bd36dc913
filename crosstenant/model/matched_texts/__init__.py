"""The texts of others by which a cause is recognised, each with its source."""
