"""Compiled kernels of insertion, editing and improvement."""
