"""`rideflex fit` and `rideflex predict` of models that learn from answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rideflex.cli.console import make_table, print_wrapped

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from rich.console import Console

    from rideflex.areas import ServiceArea
    from rideflex.logs.trip_context import TripContext
    from rideflex.models.answers import AnswerModel
    from rideflex.models.hybrid import HybridModel
    from rideflex.tables.ids import Ids

_MOST_SHOWN, _MOST_OFFERS = 50, 6


@dataclass(frozen=True)
class Reading:
    """What is read of logs, and how.

    Parameters
    ----------
    files
        Of outcomes, oldest first.
    statements
        Files of what travelers say of themselves.
    context
        Trips that are told apart.
    no_answer
        Words that say that nobody answered.
    forget
        Weight that each file leaves to the files before it.
    """

    files: tuple[Path, ...]
    statements: tuple[Path, ...]
    context: TripContext | None
    no_answer: tuple[str, ...]
    forget: float


def fit_answers(
    reading: Reading, out: Path, area: ServiceArea | None, console: Console
) -> dict[str, Any]:
    """Fit tolerances to logs, save and tell them; returns the figures."""
    from time import perf_counter

    from rideflex.cli.console import showing
    from rideflex.logs.answers_only import read_answers
    from rideflex.logs.statements import read_statements
    from rideflex.models.answer_fitting import fit_tolerances

    start = perf_counter()
    with showing("reading answers", console) as on_step:
        log = read_answers(
            reading.files,
            travelers=None if area is None else area.travelers,
            offers=None if area is None else area.table.offers,
            context=reading.context,
            no_answer=reading.no_answer,
            on_file=lambda file, rows: on_step(f"{file.name}: {rows:,} answers"),
        )
    said = None
    if reading.statements:
        log, said = read_statements(reading.statements, log)
    read_s = perf_counter() - start
    fitted = fit_tolerances(log, reading.forget, said)
    fitted.model.save(out)
    minutes = fitted.quartiles()
    n_outcomes = len(log.outcomes) - log.counter_offers
    print_wrapped(
        console,
        f"{n_outcomes:,} outcomes of {fitted.n_asked:,} of {len(log.travelers):,} "
        f"travelers, {fitted.n_questions:,} of them real questions; no table was asked. "
        f"{fitted.model.noise:.1%} of the answers are given whatever is offered.",
    )
    print_quartiles(minutes, console)
    if log.counter_offers:
        print_wrapped(console, f"{log.counter_offers:,} refusals came with a counter-offer.")
    if log.repeated:
        print_wrapped(console, f"Left out, outcome_id read before: {log.repeated:,} rows.")
    if log.left_out:
        words = ", ".join(f"{word!r} ({times:,})" for word, times in log.left_out.items())
        print_wrapped(console, f"Left out, no answer: {words}.")
    if said is not None:
        print_wrapped(
            console,
            f"{len(said):,} statements; {2 * fitted.model.statement_lapse:.0%} of such say nothing "
            "of the answers.",
        )
    if log.context is not None:
        print_wrapped(console, f"Trips with {log.context} have a level of their own.")
    print_wrapped(
        console, f"Read in {read_s:.2f} s, fitted in {fitted.seconds:.3f} s; wrote {out}."
    )
    return {
        "outcomes": n_outcomes,
        "counter_offers": log.counter_offers,
        "questions": fitted.n_questions,
        "travelers": fitted.n_asked,
        "noise": fitted.model.noise,
        "read_s": read_s,
        "fit_s": fitted.seconds,
        "tolerances": minutes,
        "no_answer": log.left_out,
        "repeated": log.repeated,
        "statements": 0 if said is None else len(said),
        "sure": 0,
        "misfit": False,
        "reasons": [],
        "context": None if log.context is None else str(log.context),
        "model": "tolerance",
    }


def print_quartiles(minutes: Mapping[str, Sequence[float]], console: Console) -> None:
    """Print quartiles of the minutes that travelers bear, earlier and later."""
    for name, side in (("early", "earlier"), ("late", "later")):
        if minutes[name]:
            low, half, high = minutes[name]
            print_wrapped(
                console,
                f"{side:>8}: of four travelers one bears up to {low:.0f} minutes, two up to "
                f"{half:.0f}, three up to {high:.0f}",
            )


@dataclass(frozen=True)
class AskedTravelers:
    """Travelers to be told of, by their own ids and by entity (-1 for a stranger)."""

    ids: Ids
    entities: npt.NDArray[np.int32]


def rows_of(model: AnswerModel, wanted: Sequence[str], unknown: str) -> AskedTravelers:
    """Find the travelers that a user names; all of them where none is named.

    Raises
    ------
    UsageError
        If one is unknown and strangers raise.
    """
    from rideflex.cli.option_lists import read_ids
    from rideflex.errors import UsageError
    from rideflex.tables.ids import id_array

    index = model.travelers
    if index is None:
        raise UsageError("the model holds no traveler ids; fit it with `rideflex fit`")
    ids = id_array(read_ids(wanted, set(index.ids.tolist()))) if wanted else index.ids
    return AskedTravelers(ids, index.encode(ids, "raise" if unknown == "raise" else "mark"))


def print_accept(model: AnswerModel, asked: AskedTravelers, console: Console) -> dict[str, Any]:
    """Print what travelers bear and accept on trips of level 0; returns it as figures."""
    import numpy as np
    from rich.markup import escape

    entities = asked.entities
    trips = np.full(len(entities), -1)
    accept = model.predict_accept(entities, trips, unknown="prior")
    minutes = model.predict_tolerances(entities, unknown="prior")
    answers = model.answered(entities)
    offers = model.offers
    shown = [
        action
        for action in np.argsort(offers.minutes, kind="stable").tolist()
        if offers.minutes[action] and 0 in offers[action]
    ][:_MOST_OFFERS]
    names = (f"{offers[action][0]:+d}/{offers[action][1]:+d}" for action in shown)
    table = make_table("", "traveler", "answers", "early min", "late min", *names)
    rows = zip(asked.ids[:_MOST_SHOWN].tolist(), answers, minutes, accept, strict=False)
    for one, times, (early, late), row in rows:
        chances = (f"{row[action]:.2f}" for action in shown)
        bears = (f"{early:.0f}", f"{late:.0f}")
        table.add_row(escape(str(one)), f"{times:g}", *bears, *chances)
    console.print(table)
    if len(asked.ids) > _MOST_SHOWN:
        console.print(f"… and {len(asked.ids) - _MOST_SHOWN:,} more; --json FILE writes all.")
    print_wrapped(
        console,
        "A column -10/+0 is the probability that ten minutes earlier are accepted. "
        f"Nobody is known to bear more than was asked: {-offers.pickup.min()} minutes earlier, "
        f"{offers.dropoff.max()} later.",
    )
    return {
        "offers": [list(pair) for pair in offers.pairs],
        "travelers": {
            str(one): {
                "answers": float(times),
                "early_min": float(early),
                "late_min": float(late),
                "accept": row.tolist(),
            }
            for one, times, (early, late), row in zip(
                asked.ids.tolist(), answers, minutes, accept, strict=True
            )
        },
    }


def print_types(model: HybridModel, asked: AskedTravelers, console: Console) -> dict[str, Any]:
    """Print the type of travelers, or the minutes that they bear; returns it as figures."""
    from rich.markup import escape

    held = model.predict_types(asked.entities, unknown="prior")
    minutes = model.predict_tolerances(asked.entities, unknown="prior")
    answers = model.answered(asked.entities)
    table = make_table(
        "", "traveler", "answers", "type", "probability", "own", "early min", "late min"
    )
    rows = zip(asked.ids[:_MOST_SHOWN].tolist(), answers, held, minutes, strict=False)
    for one, times, row, (early, late) in rows:
        likeliest = int(row.argmax())
        table.add_row(
            escape(str(one)),
            f"{times:g}",
            f"type {likeliest}",
            f"{row[likeliest]:.3f}",
            f"{1.0 - row.sum():.3f}",
            f"{early:.0f}",
            f"{late:.0f}",
        )
    console.print(table)
    if len(asked.ids) > _MOST_SHOWN:
        console.print(f"… and {len(asked.ids) - _MOST_SHOWN:,} more; --json FILE writes all.")
    for number, name in enumerate(model.types):
        times = int((held.argmax(axis=1) == number).sum())
        print_wrapped(console, f"type {number}: {name} (likeliest for {times:,})")
    print_wrapped(
        console,
        "own: probability of tolerances of her own instead of a type; early and late min are those "
        "tolerances.",
    )
    ids = [str(one) for one in asked.ids.tolist()]
    bears = zip(ids, answers.tolist(), minutes.tolist(), strict=True)
    return {
        "types": model.types,
        "travelers": dict(zip(ids, held.tolist(), strict=True)),
        "own": {
            one: {"answers": times, "early_min": early, "late_min": late}
            for one, times, (early, late) in bears
        },
    }
