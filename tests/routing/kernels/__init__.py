"""Tests of `routing/kernels`."""
