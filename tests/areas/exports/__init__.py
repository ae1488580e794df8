"""Tests of the room `areas.exports`."""
