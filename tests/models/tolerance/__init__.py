"""Tests of the tolerance model."""
