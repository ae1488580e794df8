"""Prequential evaluation on a log: each answer is predicted before it is learned."""
