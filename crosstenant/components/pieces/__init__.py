"""What the components are made of, one piece a file; programs use the components."""
