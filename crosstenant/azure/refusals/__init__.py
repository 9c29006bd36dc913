"""What Azure said no with, and the sentence for a person."""
