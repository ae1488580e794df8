"""Tests of `models/neural`."""
