"""Tests of `training/environment`."""
