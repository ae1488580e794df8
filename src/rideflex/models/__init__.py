"""Flexibility models: who is of which type, learned from counts of answers."""
