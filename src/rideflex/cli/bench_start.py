"""`rideflex bench start`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rideflex.cli.outputs import Json, write_figures

if TYPE_CHECKING:
    from rideflex.bench.start import StartRow

_SHOWN = (1, 5, 10, 20, 60)


def start(
    data: Annotated[Path, typer.Option(help="A service-area folder that says the true types.")],
    days: Annotated[int, typer.Option(min=1, help="Consecutive days.")] = 60,
    repeats: Annotated[int, typer.Option(min=1, help="How often the days are drawn anew.")] = 8,
    policy: Annotated[str, typer.Option(help="The policy that asks.")] = "expected",
    models: Annotated[
        str,
        typer.Option(help="Of hybrid,tolerance,posterior,evidence, separated by commas."),
    ] = "hybrid",
    questions: Annotated[
        str, typer.Option(help="Prices of a question in driving seconds.")
    ] = "0,60",
    price_minute: Annotated[
        float, typer.Option(min=0, help="Driving seconds that a shifted minute is worth.")
    ] = 5.0,
    noise: Annotated[float, typer.Option(help="Share of answers that are turned round.")] = 0.03,
    requests: Annotated[int, typer.Option(min=1, help="Requests of a day, at most.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
    json: Json = None,
) -> None:
    """Start from zero knowledge, and measure what it costs until the travelers are known.

    On consecutive days, with a refit after each, the policy asks by what it has learned so far;
    beside it stands the same policy with the truth known. Models of answers are tried with
    and without an onboarding question: would you bear the earliest, and the latest, offer?

    Example: `rideflex bench start --data cities/demo --json start.json`
    """
    from rideflex.bench.start import StartSettings, bench_start
    from rideflex.cli.console import make_console, print_wrapped, showing, table_of
    from rideflex.cli.option_lists import read_prices

    console = make_console()
    settings = StartSettings(
        days=days,
        repeats=repeats,
        policy=policy,
        models=tuple(name.strip() for name in models.split(",") if name.strip()),
        questions=tuple(read_prices(questions)),
        noise=noise,
        minute=price_minute,
        requests=requests,
        seed=seed,
    )
    with showing("measuring", console) as on_step:
        found = bench_start(data, settings, on_step)
    for question in settings.questions:
        rows = [row for row in found.rows if row.question == question]
        title = f"Net saving by {policy}, as a share of that with the truth known: "
        console.print(
            table_of(f"{title}a question at {question:g} s", [_shares(row) for row in rows])
        )
        console.print(table_of("Refusals by day", [_by_day(row, days) for row in rows]))
    print_wrapped(
        console,
        f"{found.travelers} travelers, {days} days, drawn {repeats} times; net is the saving by "
        "insertion less the prices of goodwill. Periods in which nothing could be saved are left "
        "out.",
    )
    print_wrapped(console, f"Machine: {found.machine}")
    write_figures(console, json, found.as_json())


def _shares(row: StartRow) -> dict[str, str]:
    shares = {
        f"days {period[1:].replace('_', '-')}" if period != "all" else "all": f"{share.mean:.0%}"
        for period, share in row.net_share.items()
    }
    asked = row.figures.asked.mean()
    return {
        "learns by": row.name,
        **shares,
        "asked a day": f"{asked:.1f}",
        "refused a day": f"{row.refused_per_day:.1f}",
    }


def _by_day(row: StartRow, days: int) -> dict[str, str]:
    refused = row.figures.refused.mean(axis=0)
    shown = [day for day in _SHOWN if day <= days]
    return {"learns by": row.name, **{f"day {day}": f"{refused[day - 1]:.1f}" for day in shown}}
