"""Exports of other software, turned into a folder of bookings."""
