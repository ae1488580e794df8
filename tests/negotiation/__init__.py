"""Tests of negotiation."""
