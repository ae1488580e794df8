"""Learns how flexible each traveler is, and offers the time shift that saves most."""
