"""Tests of `routing/search`."""
