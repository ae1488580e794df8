"""Tests of `routing/instances/vroom`."""
