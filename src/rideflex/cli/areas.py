"""`rideflex generate` and `rideflex check`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rideflex.cli.outputs import Json
from rideflex.cli.problems import number_of, tell

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas import AreaCheck

_SHOWN_ROWS = 10


def generate(
    out: Annotated[Path, typer.Argument(help="Folder to make; it must not be there yet.")],
    travelers: Annotated[
        int | None, typer.Option(help="Number of travelers: 30, or 120 with --bookings.")
    ] = None,
    trips: Annotated[int, typer.Option(help="Trips a traveler, on average; 1,000 at most.")] = 52,
    zones: Annotated[int, typer.Option(help="Number of zones.")] = 31,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 0,
    answers: Annotated[
        Literal["types", "logit"],
        typer.Option(help="How travelers answer: by their type, or by tolerances of their own."),
    ] = "types",
    change: Annotated[
        float, typer.Option(help="Share of travelers who become another type half-way.")
    ] = 0.0,
    features: Annotated[
        bool, typer.Option(help="Whether the type depends on age, occupation and income.")
    ] = True,
    bookings: Annotated[
        bool, typer.Option("--bookings", help="Make a service of dated bookings and a fleet.")
    ] = False,
    days: Annotated[int, typer.Option(help="Dates of --bookings.")] = 90,
) -> None:
    """Write the folder of a made-up service area, with the flaws of a real one.

    With `--bookings`, a service as it is: dated bookings of regulars and strangers with their
    returns, a mixed fleet, rules, and a log of answers. Examples: `rideflex generate cities/demo
    --travelers 30 --trips 52 --zones 31 --seed 7`, `rideflex generate services/demo --bookings
    --travelers 120 --days 90`
    """
    from rideflex.cli.console import make_console
    from rideflex.synthetic import (
        AreaSettings,
        BookingSettings,
        generate_area,
        generate_bookings,
    )

    console = make_console()
    with console.status("making up the city"):
        if bookings:
            people = BookingSettings().people if travelers is None else travelers
            generate_bookings(out, BookingSettings(people, days, zones, seed))
        else:
            n = AreaSettings().travelers if travelers is None else travelers
            generate_area(out, AreaSettings(n, trips, zones, seed, answers, change, features))
    names = ", ".join(sorted(path.name for path in out.iterdir()))
    console.print(f"Wrote {out}: {names}", soft_wrap=True)


def check(
    folder: Annotated[Path, typer.Argument(help="A service-area folder.")],
    json: Json = None,
) -> None:
    """Check a service-area folder: what it amounts to, and every error in its files.

    Errors with the same cause in the same column are told once, with the first of their rows. Exit
    code 1 if there is any error; warnings are no errors.

    Example: `rideflex check cities/demo`
    """
    from rideflex.areas import check_area, is_service
    from rideflex.cli.console import make_console, print_wrapped

    if is_service(folder):
        from rideflex.cli.check_service import check_bookings

        check_bookings(folder, json)
        return
    found = check_area(folder)
    console = make_console()
    _print_counts(console, folder, found)
    if found.types is not None:
        print_wrapped(console, f"{number_of(len(found.types), 'flexibility type')}:")
        for name in found.types:
            print_wrapped(console, f"- {name}")
    tell(console, json, asdict(found), found.problems, found.warnings)


def _print_counts(console: Console, folder: Path, found: AreaCheck) -> None:
    from rideflex.cli.console import make_table

    decisions = found.decisions
    rows: list[tuple[str, object]] = [
        ("rows of decisions", decisions and decisions.rows),
        ("keys (trip context and offer)", decisions and decisions.keys),
        ("rows that repeat a key", decisions and decisions.duplicate_rows),
        ("keys whose rows disagree", decisions and decisions.conflicting_keys),
        ("trip contexts", decisions and decisions.trips),
        ("offers in the grid", found.offers),
        ("offers covered", decisions and f"{_covered(found):.1%}"),
        ("keys with an offer outside the grid", decisions and decisions.keys_outside_grid),
        ("travelers", found.travelers),
        ("trips", found.trips),
        ("trips without a row of decisions", found.without_decisions),
        ("trips that no vehicle could serve", _unservable(found)),
        ("trips that end in the zone where they begin", found.within_zone),
        ("zones", found.zones),
    ]
    table = make_table(f"Service area {folder}", "what", "count")
    for label, value in rows:
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        table.add_row(label, "not counted: errors" if value is None else shown)
    console.print(table)


def _covered(found: AreaCheck) -> float:
    assert found.decisions is not None
    assert found.offers is not None
    cells = found.decisions.trips * found.offers
    return 1 - found.decisions.missing_cells / cells


def _unservable(found: AreaCheck) -> str | int | None:
    if not found.unservable:
        return None if found.unservable is None else 0
    first = ", ".join(map(str, found.unservable[:_SHOWN_ROWS]))
    more = ", …" if len(found.unservable) > _SHOWN_ROWS else ""
    return f"{len(found.unservable):,} (rows {first}{more})"
