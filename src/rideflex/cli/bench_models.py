"""`rideflex bench update`, `rideflex bench recovery` and `rideflex bench stream`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rideflex.cli.outputs import Json, write_figures

if TYPE_CHECKING:
    from rich.table import Table

    from rideflex.bench.recovery import RecoveryBench

Data = Annotated[Path, typer.Option(help="A service-area folder that says the true types.")]
Plot = Annotated[Path | None, typer.Option(help="Draw the figures to this PNG file.")]


def update(
    data: Data,
    json: Json = None,
    plot: Plot = None,
    outcomes: Annotated[int, typer.Option(help="Outcomes of the update.")] = 12_800,
    epochs: Annotated[int, typer.Option(help="Epochs of the mini-batch schedule.")] = 50,
    seed: Annotated[int, typer.Option(help="Of outcomes and first weights.")] = 0,
) -> None:
    """Time one full update, from raw outcome dicts to an updated model, by five routes.

    Example: `rideflex bench update --data cities/demo --json update.json --plot update.png`
    """
    from rideflex.bench.plots import draw_update
    from rideflex.bench.timing import human_seconds
    from rideflex.bench.update import SCAN_SAMPLE, bench_update
    from rideflex.cli.console import make_console, make_table, print_wrapped, showing

    console = make_console()
    with showing("measuring", console) as on_step:
        found = bench_update(
            data, outcomes, epochs, seed, on_step=lambda name: on_step(f"measuring: {name}")
        )
    table = make_table(
        f"One update from {outcomes:,} outcomes", "", "encode", "matrices, counts", "train", "all"
    )
    for route in found.routes:
        about = "≈ " if route.name.startswith("scan") else ""
        table.add_row(
            route.name,
            human_seconds(route.encode_s),
            about + human_seconds(route.matrices_s),
            human_seconds(route.train_s),
            about + human_seconds(route.total_s),
        )
    console.print(table)
    figures = found.as_json()
    console.print(
        f"Outcomes already encoded: {human_seconds(found.encoded_evidence_s)} by evidence, "
        f"{human_seconds(found.encoded_posterior_s)} by the posterior.\n"
        f"The dict takes {figures['dict_over_evidence']:,.0f} times as long as evidence and "
        f"{figures['dict_over_posterior']:,.0f} times as long as the posterior; "
        f"the scan {figures['scan_over_evidence']:,.0f} times as long as evidence.\n"
        f"The scan was timed on {SCAN_SAMPLE} outcomes; building the dict "
        f"({human_seconds(found.dict_build_s)}) is left out. Mini-batch training is the median "
        f"epoch times {epochs}. The matrices of scan and dict are medians of {found.slow_runs}, "
        f"all else of {found.runs} after {found.warm_up} warm-up.\nMachine: {found.machine}"
    )
    write_figures(console, json, figures)
    if plot is not None:
        draw_update(found, plot)
        print_wrapped(console, f"Wrote {plot}.")


def recovery(
    data: Data,
    json: Json = None,
    plot: Plot = None,
    seeds: Annotated[int, typer.Option(help="Draws of outcomes and first weights.")] = 20,
    noise: Annotated[float, typer.Option(help="Share of answers that are turned round.")] = 0.03,
    each: Annotated[
        str, typer.Option(help="Outcomes of each traveler, such as 3,30.")
    ] = "1,3,10,30,100,400",
    workers: Annotated[int, typer.Option(min=1, help="Draws trained on at a time.")] = 2,
) -> None:
    """Compare how many types each method finds, and how honest its probabilities are.

    Example: `rideflex bench recovery --data cities/demo --seeds 5 --plot recovery.png`
    """
    from rich.markup import escape
    from rich.progress import Progress

    from rideflex.bench.plots import draw_recovery
    from rideflex.bench.recovery import bench_recovery
    from rideflex.cli.console import make_console, print_wrapped
    from rideflex.cli.option_lists import whole_numbers

    console = make_console()
    outcomes_each = tuple(whole_numbers([each], "--each"))
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("training", total=len(outcomes_each) * seeds)
        found = bench_recovery(
            data,
            seeds,
            noise,
            outcomes_each,
            on_step=lambda name: progress.update(task, advance=1, description=escape(name)),
            workers=workers,
        )
    for title, name, shown in (
        ("Types found", "recovered", "{:.1%}"),
        ("Log loss of the types", "log_loss", "{:.3f}"),
        ("Expected calibration error of the types", "calibration_error", "{:.3f}"),
        ("Brier score of acceptances on held-out trips", "brier", "{:.3f}"),
    ):
        console.print(_scores(found, title, name, shown))
    if (left := found.held_out) is not None:
        console.print(
            f"Travelers never asked, by {', '.join(left.features)}: log loss "
            f"{left.log_loss_by_features:.3f} ({left.found_by_features:.0%} found), by the shares "
            f"alone {left.log_loss_by_shares:.3f} ({left.found_by_shares:.0%} found); draws: "
            f"{left.seeds}, the difference spreads by {left.spread:.3f}."
        )
    console.print(
        f"{found.travelers} travelers, seeds: {seeds}, {noise:.0%} of answers turned round.\n"
        f"Machine: {found.machine}"
    )
    write_figures(console, json, found.as_json())
    if plot is not None:
        draw_recovery(found, plot)
        print_wrapped(console, f"Wrote {plot}.")


def stream(
    travelers: Annotated[int, typer.Option(help="Travelers.")] = 1_000_000,
    outcomes: Annotated[int, typer.Option(help="Outcomes of all together.")] = 100_000_000,
    json: Json = None,
    seed: Annotated[int, typer.Option(help="Of types and outcomes.")] = 0,
) -> None:
    """Stream outcomes from Parquet into counts, and fit the posterior of all travelers.

    The file is made in a temporary folder and removed.

    Example: `rideflex bench stream --travelers 100000 --outcomes 10000000`
    """
    from rideflex.bench.stream import bench_stream
    from rideflex.bench.timing import human_seconds
    from rideflex.cli.console import make_console, make_table, showing

    console = make_console()
    with showing("starting", console) as on_step:
        found = bench_stream(travelers, outcomes, seed, on_step=on_step)
    table = make_table(
        "Reading and counting, once encoded", "tenth of the stream", "a million outcomes"
    )
    for tenth, seconds in enumerate(found.seconds_a_million, start=1):
        table.add_row(str(tenth), human_seconds(seconds))
    console.print(table)
    console.print(
        f"{found.outcomes:,} outcomes of {found.travelers:,} travelers "
        f"({found.file_bytes / 1e6:,.0f} MB); the last tenth costs "
        f"{found.last_over_first:.2f} times the first.\n"
        f"State: {found.state_bytes_a_traveler:.0f} bytes a traveler. Peak memory "
        f"{found.peak_bytes / 2**20:,.0f} MiB, of which {found.bytes_before / 2**20:,.0f} MiB "
        "stood before the first outcome was counted.\n"
        f"Posterior of all: {human_seconds(found.posterior_s)}; {found.recovered:.1%} of types "
        f"found, noise {found.noise:.4f}.\nMachine: {found.machine}"
    )
    write_figures(console, json, found.as_json())


def _scores(found: RecoveryBench, title: str, name: str, shown: str) -> Table:
    from rideflex.cli.console import make_table

    numbers = sorted({score.outcomes_each for score in found.scores})
    table = make_table(title, "outcomes of each traveler", *map(str, numbers))
    for method in found.methods:
        series = found.series(method, name)
        figures = [shown.format(value) for value in series if value is not None]
        if figures:
            table.add_row(method, *figures)
    return table
