"""`rideflex bench cpu`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def cpu(
    data: Annotated[Path, typer.Option(help="A service-area folder.")],
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file too.")] = None,
) -> None:
    """Processor time of one environment step and one quote, alone and beside busy cores.

    Machines are shared: waiting must not cost what others could use. The busy processes are
    started and ended by the benchmark. Example: `rideflex bench cpu --data cities/demo`
    """
    from dataclasses import asdict

    from rideflex.areas import read_area
    from rideflex.bench.cpu import QUOTES, RUNS, STEPS, as_rows, bench_cpu
    from rideflex.bench.machine import describe_machine
    from rideflex.cli.console import make_console, make_table
    from rideflex.cli.outputs import write_figures

    console = make_console()
    area = read_area(data)
    with console.status("starting") as status:
        found = bench_cpu(area, on_step=lambda name: status.update(f"measuring: {name}"))
    table = make_table("Processor time in milliseconds, all threads", "", "alone", "busy cores")
    for name, alone, busy in as_rows(found):
        table.add_row(name, f"{alone:.3f}", f"{busy:.3f}")
    console.print(table)
    console.print(
        f"Medians of {RUNS} runs of {STEPS} steps and {QUOTES:,} quotes after a warm-up; busy: "
        f"{found.cores} processes that never wait.\nMachine: {describe_machine()}"
    )
    write_figures(console, json, asdict(found))
