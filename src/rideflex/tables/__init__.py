"""Columns of text read as they are, checked cell by cell."""
