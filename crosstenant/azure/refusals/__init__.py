"""Azure's refusals, and the sentence for a person."""
