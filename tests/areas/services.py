"""A small service of known figures, written as an operator would write it."""

from __future__ import annotations

from pathlib import Path

TIMES = "zone,A,B,D\nA,0,600,300\nB,600,0,400\nD,300,400,0\n"
BOOKINGS = """\
booking_id,traveler_id,date,leave_at,arrive_by,origin,destination,seats,wheelchairs,booked_at,status
b1,007,2026-03-02,08:00,,A,B,1,0,2026-03-01T10:00,performed
b2,7,2026-03-02,,9:30,B,A,0,1,2026-02-20T10:00,
b3,Zoë,2026-03-02,12:00,,A,B,,,,cancelled
b4,Zoë,2026-03-03,25:30,,A,B,2,,,no-show
"""
FLEET = """\
vehicle_id,seats,wheelchairs,seats_per_wheelchair,depot,end_depot,start,end,break_from,break_until,break_min
bus,8,2,2,D,,06:00,26:00,10:00,14:00,30
car,4,,,D,A,,,,,
"""


def write_service(folder: Path, **files: str) -> Path:
    """Write the small service; a file by its name, with _ for the dot, replaces its own."""
    named = {"travel_times_csv": TIMES, "bookings_csv": BOOKINGS, "fleet_csv": FLEET, **files}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in named.items():
        if content:
            stem, _, ending = name.rpartition("_")
            (folder / f"{stem}.{ending}").write_text(content, encoding="utf-8")
    return folder
