"""A day of three bookings whose calls can be worked out by hand.

One vehicle stands at D, ten minutes from A; B is twenty minutes from A. Ada goes from A to B at
8:00 and Bo at 9:00; Cy comes back in the afternoon. As they asked for it the vehicle drives
D-A-B-A-B-A-D, 100 minutes: Ada boards at 8:15 at the latest, would wait for Bo until 8:45, and then
ride for more than 45 minutes. If Ada may be picked up ten minutes later both ride together, and
D-A-B-A-D are 60 minutes. Bo comes from an appointment, and can't leave earlier.
"""

from __future__ import annotations

from pathlib import Path

from tests.areas.services import write_service

DATE = "2026-03-02"
TIMES = "zone,A,B,D\nA,0,1200,600\nB,1200,0,600\nD,600,1800,0\n"
BOOKINGS = """\
booking_id,traveler_id,date,leave_at,arrive_by,origin,destination,appointment
x,Ada,2026-03-02,08:00,,A,B,
y,Bo,2026-03-02,09:00,,A,B,true
z,Cy,2026-03-02,15:00,,B,A,
w,Cy,2026-03-03,15:00,,B,A,
"""
FLEET = "vehicle_id,seats,depot\ncar,4,D\n"


def write_day(folder: Path, **files: str) -> Path:
    """Write the folder of the day."""
    named = {"travel_times_csv": TIMES, "bookings_csv": BOOKINGS, "fleet_csv": FLEET}
    return write_service(folder, **(named | files))
