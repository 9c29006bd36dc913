"""Rules and facts as pure functions, without any SDK: IDs, clouds, names, roles, conditions, dates."""
