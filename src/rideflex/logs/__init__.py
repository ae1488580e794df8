"""Logged outcomes, encoded from frames and from files."""
