"""`rideflex travel-times`."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rideflex.cli.outputs import Json, write_figures
from rideflex.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas.engines.asked import AskedTimes

_LISTED = 5
# What a pair takes as a number, as a cell of the file, and as a text when the file is read again.
_BYTES_A_PAIR = 140


def travel_times(
    folder: Annotated[Path, typer.Argument(help="A folder of bookings, or one with places.csv.")],
    osrm: Annotated[
        str | None, typer.Option(help="Address of an OSRM, such as http://localhost:5000.")
    ] = None,
    valhalla: Annotated[
        str | None, typer.Option(help="Address of a Valhalla, such as http://localhost:8002.")
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(help="How to drive: OSRM's profile (driving), or Valhalla's costing (auto)."),
    ] = None,
    block: Annotated[
        int,
        typer.Option(
            min=1,
            help="Places asked from, and to, at once. Both engines allow 50 as they are installed.",
        ),
    ] = 50,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 60,
    out: Annotated[
        Path | None, typer.Option(help="File to write: travel_times.csv of the folder if not said.")
    ] = None,
    json: Json = None,
) -> None:
    """Ask a routing engine of your own for the driving times between all places of a folder.

    The places are the zones of `places.csv` (`zone,lat,lon`) and those of bookings and depots that
    have degrees. The engine runs on your machine or beside it: it learns where your travelers live.
    The matrix is written when it is whole, in place of an older one; whatever goes wrong before
    ends with one line, and leaves what was there.

    Examples: `rideflex travel-times services/ours --osrm http://localhost:5000`, `rideflex
    travel-times services/ours --valhalla http://localhost:8002 --profile taxi`
    """
    from rideflex.areas.asked_places import places_to_ask
    from rideflex.areas.engines.ask import ask_times, n_questions
    from rideflex.areas.engines.engine import OSRM, VALHALLA, Engine
    from rideflex.areas.folder import TRAVEL_TIMES
    from rideflex.areas.time_matrix_csv import write_table
    from rideflex.cli.console import counting, make_console, print_wrapped
    from rideflex.storage.atomic import check_writable
    from rideflex.storage.memory import refuse_beyond_memory

    if (osrm is None) == (valhalla is None):
        raise UsageError("name one engine: --osrm URL or --valhalla URL")
    kind, url = (OSRM, osrm) if osrm is not None else (VALHALLA, valhalla)
    assert url is not None
    engine = Engine.at(kind, url, profile, timeout)
    target = out or folder / TRAVEL_TIMES
    _refuse_answers(folder, target, json)
    check_writable(target)
    console = make_console()
    with console.status("reading the places"):
        zones = places_to_ask(folder)
    n = len(zones)
    refuse_beyond_memory(_BYTES_A_PAIR * n * n, f"{n:,} places", "name zones in places.csv")
    replaced = target.exists()
    began = perf_counter()
    with counting(f"asking {kind.name}", n_questions(n, block), console) as advance:
        found = ask_times(engine, zones, block, advance)
    seconds = perf_counter() - began
    write_table(target, found.times)
    figures = {**found.as_json(), "seconds": seconds, "out": str(target)}
    _print(console, folder, found, figures)
    print_wrapped(console, f"Wrote {target}{', in place of an older one' if replaced else ''}.")
    write_figures(console, json, figures)


def _refuse_answers(folder: Path, target: Path, json: Path | None) -> None:
    """Keep the folder from holding two files of travel times."""
    from rideflex.areas.travel_times import is_answer, travel_times_file

    there = travel_times_file(folder)
    if target.parent == folder and there is not None and is_answer(there):
        raise UsageError(
            f"{there} holds the travel times of this folder: remove it first, or name a file "
            "elsewhere with --out"
        )
    if json is not None and json.parent == folder and is_answer(json):
        raise UsageError(f"--json {json}: a file of that name would be read as travel times")


def _print(console: Console, folder: Path, found: AskedTimes, figures: dict[str, Any]) -> None:
    from rideflex.areas.engines.asked import MOVED_M
    from rideflex.areas.time_warnings import warnings_of
    from rideflex.cli.console import make_table, print_wrapped

    def minutes(key: str) -> str:
        return "-" if figures[key] is None else f"{figures[key] / 60:,.1f}"

    table = make_table(f"Travel times of {folder}", "what", "figure")
    for label, figure in (
        ("engine", f"{figures['engine']}, {figures['profile']}"),
        ("places", f"{figures['places']:,}"),
        ("questions", f"{figures['questions']:,}"),
        ("seconds that the answers took", f"{figures['seconds']:,.1f}"),
        ("minutes between two places, median", minutes("median_seconds")),
        ("minutes between two places, at most", minutes("longest_seconds")),
        ("pairs without a way", f"{figures['pairs_without_a_way']:,}"),
    ):
        table.add_row(label, figure)
    console.print(table)
    moved = found.moved
    if moved:
        listed = ", ".join(f"{zone!r} by {meters:,.0f} m" for zone, meters in moved[:_LISTED])
        more = ", …" if len(moved) > _LISTED else ""
        print_wrapped(
            console,
            f"warning: {len(moved):,} places lie more than {MOVED_M} m from the nearest street, "
            f"where they were moved to: {listed}{more}",
        )
    for problem in warnings_of(found.times):
        print_wrapped(console, f"warning: {problem.cause}")
