"""Tests of `routing/instances`."""
