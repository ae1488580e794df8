"""`rideflex generate` and `rideflex check`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rideflex.cli.outputs import Json, write_figures

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas import AreaCheck
    from rideflex.errors import Problem

_SHOWN_ROWS = 10


def generate(
    out: Annotated[Path, typer.Argument(help="Folder to make; it must not be there yet.")],
    travelers: Annotated[int, typer.Option(help="Number of travelers.")] = 30,
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
) -> None:
    """Write the folder of a made-up service area, with the flaws of a real one.

    Example: `rideflex generate cities/demo --travelers 30 --trips 52 --zones 31 --seed 7`
    """
    from rideflex.cli.console import make_console
    from rideflex.synthetic import AreaSettings, generate_area

    settings = AreaSettings(travelers, trips, zones, seed, answers, change, features)
    console = make_console()
    with console.status("making up the city"):
        generate_area(out, settings)
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
    from rideflex.areas import check_area
    from rideflex.cli.console import make_console, print_wrapped

    found = check_area(folder)
    console = make_console()
    _print_counts(console, folder, found)
    if found.types is not None:
        print_wrapped(console, f"{_number(len(found.types), 'flexibility type')}:")
        for name in found.types:
            print_wrapped(console, f"- {name}")
    for word, problems in (("warning", found.warnings), ("error", found.problems)):
        for line in _grouped(problems):
            print_wrapped(console, f"{word}: {line}")
    texts = {
        "problems": [str(one) for one in found.problems],
        "warnings": [str(one) for one in found.warnings],
    }
    write_figures(console, json, {**asdict(found), **texts})
    warned = f"{_number(len(found.warnings), 'warning')}. " if found.warnings else ""
    if found.problems:
        errors = _number(len(found.problems), "error")
        print_wrapped(console, f"{warned}{errors}; nothing can be run on this folder yet.")
        raise typer.Exit(1)
    print_wrapped(console, f"{warned}No errors.")


def _grouped(problems: Sequence[Problem]) -> list[str]:
    """One line for all problems that differ in row, value and numbers only."""
    groups: dict[tuple[str, str | None, str], list[Problem]] = {}
    for one in problems:
        kind = re.sub(r"'[^']*'|[\d.,]*\d", "#", one.cause)
        groups.setdefault((one.file, one.column, kind), []).append(one)
    return [str(first) + _others(others) for first, *others in groups.values()]


def _others(others: Sequence[Problem]) -> str:
    """How many problems are like the first, and the first of their rows."""
    if not others:
        return ""
    rows = [f"{one.row:,}" for one in others[:_SHOWN_ROWS] if one.row is not None]
    more = ", …" if len(others) > len(rows) else ""
    listed = f": row{'s' * (len(others) > 1)} {', '.join(rows)}{more}" if rows else ""
    return f" (and {len(others):,} more like it{listed})"


def _number(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


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
