"""Tests of the flexibility models."""
