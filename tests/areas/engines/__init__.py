"""Tests of the room `areas.engines`."""
