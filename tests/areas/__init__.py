"""Tests of `areas`."""
