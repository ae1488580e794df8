"""`rideflex check` of a folder of bookings."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rideflex.cli.console import make_console, make_table, print_wrapped
from rideflex.cli.problems import tell


def check_bookings(folder: Path, json: Path | None) -> None:
    """Check a folder of bookings: what it amounts to, the rules in force, and every error."""
    from rideflex.areas import check_service

    console = make_console()
    with console.status("checking"):
        found = check_service(folder)
    table = make_table(f"Service {folder}", "what", "count")
    for label, value in (
        ("bookings", found.bookings),
        ("of them cancelled", found.cancelled),
        ("of them no-shows", found.no_shows),
        ("travelers", found.travelers),
        ("dates", found.dates),
        ("first date", found.first_date),
        ("last date", found.last_date),
        ("vehicles", found.vehicles),
        ("zones of the travel times", found.zones or "estimated"),
        ("bookings that no vehicle could serve", found.unservable and len(found.unservable)),
    ):
        shown = f"{value:,}" if isinstance(value, int) else str(value or 0)
        table.add_row(label, "not counted: errors" if found.problems else shown)
    console.print(table)
    if found.settings:
        rules = make_table("Rules in force (service.toml)", "key", "value")
        for key, value in found.settings.items():
            rules.add_row(key, str(value))
        console.print(rules)
    if found.estimated:
        print_wrapped(
            console,
            "Travel times are ESTIMATED from places: great circle, detour and speed as above.",
        )
    tell(console, json, asdict(found), found.problems, found.warnings)
