"""What a program declares: the components, and the pieces that they are made of."""
