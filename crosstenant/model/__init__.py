"""The rules of the chain: IDs, clouds, names, conditions, dates; pure functions that load no SDK."""
