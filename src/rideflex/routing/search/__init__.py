"""Searches over routes and agreed shifts."""
