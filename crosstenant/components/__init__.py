"""What a program declares: the components, with their arguments and pieces."""
