"""`rideflex bench train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rideflex.cli.outputs import Json, write_figures


def train(
    data: Annotated[Path, typer.Option(help="A service-area folder that says the true types.")],
    epochs: Annotated[int, typer.Option(help="Epochs of 64 days; an update every ten.")] = 100,
    json: Json = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Time a whole training run, and what its updates cost by dict and by scan.

    Example: `rideflex bench train --data cities/demo --json train.json`
    """
    from rideflex.bench.timing import human_seconds
    from rideflex.bench.training import bench_training
    from rideflex.bench.update import SCAN_SAMPLE
    from rideflex.cli.console import make_console, make_table, showing

    console = make_console()
    with showing("measuring", console) as on_step:
        found = bench_training(data, epochs, seed, on_step=on_step)
    table = make_table(
        f"{found.epochs} epochs, {found.steps:,} steps, {found.updates} updates",
        *("where the time went", "seconds", "share"),
    )
    for name, seconds in found.parts.items():
        table.add_row(name, f"{seconds:.2f}", f"{seconds / found.wall_s:.1%}")
    table.add_row("all", f"{found.wall_s:.2f}", "100.0%")
    console.print(table)
    before = make_table("The same run, by how the model is updated", "", "an update", "the run")
    rows = (
        ("scan + mini-batch", found.scan_update_s, found.scan_run_s),
        ("dict + mini-batch", found.dict_update_s, found.dict_run_s),
        (
            "index + evidence",
            found.parts["model update"] / max(found.updates, 1),
            found.wall_s,
        ),
    )
    for name, update, run in rows:
        before.add_row(name, human_seconds(update), human_seconds(run))
    console.print(before)
    console.print(
        f"{found.steps / found.wall_s:,.0f} environment steps per second, the quotes of all "
        f"offers included; {found.parts['quotes'] / found.wall_s:.0%} of the time is spent in "
        "quotes.\n"
        f"One epoch ran first, untimed. The scan was timed on a sample of {SCAN_SAMPLE} outcomes, "
        "the dict on a whole update; both runs are this run's other parts plus the updates at "
        "that cost.\n"
        f"Machine: {found.machine}"
    )
    write_figures(console, json, found.as_json())
