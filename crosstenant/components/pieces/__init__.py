"""What the components declare, one piece in each file; programs use the components."""
