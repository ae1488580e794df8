"""What the commands of a run print of its days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rideflex.cli.answer_models import print_quartiles
from rideflex.cli.console import make_table, print_wrapped, showing, table_of

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.evaluation.compare import Comparison
    from rideflex.evaluation.frontier import FrontierPoint
    from rideflex.evaluation.progress import Progress
    from rideflex.training.contradictions import Contradictions
    from rideflex.training.report_figures import Report
    from rideflex.training.trained_run import TrainedRun


def unseen(days: int) -> str:
    """Days that no policy was trained on, in words."""
    return f"{days} unseen day{'s' if days > 1 else ''}"


@contextmanager
def playing(days: str, console: Console) -> Iterator[Progress]:
    """Show that days, told in words, are played: a status on a terminal, else one line."""
    if not console.is_terminal:
        console.print(f"Playing {days} …")
    with showing(f"playing {days}", console) as on_step:
        yield on_step


def known_of(trained: TrainedRun) -> str:
    """Say what a run's model had seen, and where answers come from in a fitted world."""
    seen = f"The model had seen {trained.outcomes:,} outcomes."
    return seen if trained.area.world is None else f"{seen} {trained.area.world.sentence()}"


def print_report(report: Report, console: Console) -> None:
    """Print the report of a run."""
    known = known_of(report.trained)
    print_comparison(report.compared, unseen(report.days), known, None, console)
    recommended = report.recommendation
    print_wrapped(console, f"Recommended: {recommended.policy}. {' '.join(recommended.reasons)}")
    console.print()
    if types := report.types():
        table = make_table("Learned against true types", "type", "true", "found", "learned as it")
        for name, true, found, learned in types:
            table.add_row(name, "-" if true is None else str(true), str(found), str(learned))
        console.print(table)
    if (minutes := report.tolerances) is not None:
        print_quartiles(minutes, console)
    print_contradictions(report.contradictions, console)
    print_wrapped(console, f"Wrote {report.html}.")


def print_contradictions(contradictions: Contradictions, console: Console) -> None:
    """Print one line where the answers that a run has heard contradict the decisions."""
    if said := contradictions.sentence():
        print_wrapped(console, f"warning: {said}")


def print_comparison(
    compared: Comparison, days: str, known: str, max_asks: int | None, console: Console
) -> None:
    """Print what each policy saved and what it asked, on which days, and what it knew."""
    from rideflex.evaluation.row_text import (
        burden_text,
        penalty_sentences,
        penalty_text,
        rider_text,
        saving_text,
        vehicle_text,
    )

    rows = compared.rows
    title = f"Saving on {days}, every plan re-optimised alike"
    console.print(table_of(title, [saving_text(row, compared) for row in rows]))
    if compared.has_penalties:
        title = "What costs and savings are made of: driving, and penalties of unserved requests"
        console.print(table_of(title, [penalty_text(row, compared) for row in rows]))
    console.print(table_of("What it asked of the travelers", [burden_text(row) for row in rows]))
    title = "What the final routes mean for vehicles, per day"
    console.print(table_of(title, [vehicle_text(row) for row in rows]))
    title = "What they mean for riders, in minutes"
    console.print(table_of(title, [rider_text(row) for row in rows]))
    for sentence in penalty_sentences(compared):
        print_wrapped(console, sentence)
    cap = "" if max_asks is None else f" Nobody was asked more than {max_asks} times."
    print_wrapped(
        console,
        f"{known} A shifted minute was priced at "
        f"{compared.prices.minute:g} driving seconds, a question at "
        f"{compared.prices.question:g}.{cap}",
    )
    if compared.has_benchmark:
        print_wrapped(
            console,
            "The clairvoyant benchmark knows every answer beforehand; it is found by search, so "
            "that even better plans may exist.",
        )
    for row in rows:
        if row.masked_out:
            print_wrapped(
                console,
                f"{row.policy} chose offers that it might not make for {row.masked_out:.1%} of the "
                "requests; nobody heard those.",
            )


def print_frontier(curve: Sequence[FrontierPoint], console: Console) -> None:
    """Print saving and burden of each policy at each price."""
    from rideflex.evaluation.row_text import frontier_text

    console.print()
    console.print(
        table_of("Saving against shifted minutes", [frontier_text(point) for point in curve])
    )
