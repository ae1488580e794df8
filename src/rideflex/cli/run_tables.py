"""What the commands of a run print of its days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.evaluation.compare import Comparison
    from rideflex.evaluation.frontier import FrontierPoint
    from rideflex.training.report import Closing
    from rideflex.training.trained_run import TrainedRun


@contextmanager
def playing(days: int, console: Console) -> Iterator[Callable[[str], object]]:
    """Show that days are played: a status on a terminal, else one line."""
    if not console.is_terminal:
        console.print(f"Playing {days} unseen day{'s' if days > 1 else ''} …")
    with console.status("playing unseen days") as status:
        yield status.update


def print_closing(closing: Closing, console: Console) -> None:
    """Print the closing report of a run."""
    from rideflex.cli.console import make_table, print_wrapped

    print_comparison(closing.compared, closing.trained, closing.days, None, console)
    console.print()
    table = make_table("Learned against true types", "type", "true", "found", "learned as it")
    for name, true, found, learned in closing.types():
        table.add_row(name, "-" if true is None else str(true), str(found), str(learned))
    console.print(table)
    print_wrapped(console, f"Wrote {closing.html}.")


def print_comparison(
    compared: Comparison, trained: TrainedRun, days: int, max_asks: int | None, console: Console
) -> None:
    """Print what each policy saved and what it asked."""
    from rideflex.cli.console import make_table
    from rideflex.evaluation.compare import BOUND

    worth = make_table(
        f"Saving on {days} unseen days, every plan re-optimised alike",
        *("policy", "vehicle min a day", "saving", "95 % interval", "by insertion"),
        *(("of the bound",) if compared.bounded else ()),
    )
    burden = make_table(
        "What it asked of the travelers",
        *("policy", "asked", "accepted", "min a traveler", "unserved", "Gini", "top tenth"),
        "most asked",
    )
    for row in compared.rows:
        worth.add_row(
            row.policy,
            f"{row.vehicle_minutes:.1f}",
            f"{row.saving.mean:.1%}",
            f"{row.saving.low:.1%} … {row.saving.high:.1%}",
            "-" if row.policy == BOUND else f"{row.inserted_saving.mean:.1%}",
            *([] if row.of_clairvoyant is None else [f"{row.of_clairvoyant:.0%}"]),
        )
        burden.add_row(
            row.policy,
            f"{row.asked:.0%}",
            "-" if row.accepted is None else f"{row.accepted:.0%}",
            f"{row.shifted_minutes:.1f}",
            f"{row.unserved:.2f}",
            f"{row.gini:.2f}",
            f"{row.top_tenth:.0%}",
            f"{row.most_asked}",
        )
    console.print(worth)
    console.print(burden)
    cap = "" if max_asks is None else f" Nobody was asked more than {max_asks} times."
    console.print(
        f"The model had seen {trained.outcomes:,} outcomes. A shifted minute was priced at "
        f"{compared.prices.minute:g} driving seconds,\na question at "
        f"{compared.prices.question:g}.{cap}"
    )
    for row in compared.rows:
        if row.masked_out:
            console.print(
                f"{row.policy} chose offers that it might not make for {row.masked_out:.1%} of the "
                "requests; nobody heard those.",
                markup=False,
            )


def print_frontier(curve: Sequence[FrontierPoint], console: Console) -> None:
    """Print saving and burden of each policy at each price."""
    from rideflex.cli.console import make_table

    table = make_table(
        "Saving against shifted minutes",
        *("policy", "price of a minute", "saving", "95 % interval", "min a traveler"),
    )
    for point in curve:
        table.add_row(
            point.policy,
            f"{point.price:g}",
            f"{point.saving.mean:.1%}",
            f"{point.saving.low:.1%} … {point.saving.high:.1%}",
            f"{point.shifted_minutes:.1f}",
        )
    console.print()
    console.print(table)
