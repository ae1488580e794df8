"""`rideflex fit` and `rideflex predict`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rideflex.data import ServiceArea
    from rideflex.embedding import EvidenceModel
    from rideflex.posterior import FlexibilityPosterior

Json = Annotated[Path | None, typer.Option(help="Write the figures to this file too.")]


def fit(
    data: Annotated[Path, typer.Option(help="A service-area folder: its decisions and travelers.")],
    outcomes: Annotated[
        list[Path],
        typer.Option(help="CSV or Parquet files of logged outcomes, of any size, oldest first."),
    ],
    out: Annotated[Path, typer.Option(help="File to write the model to.")],
    model: Annotated[
        Literal["posterior", "evidence"],
        typer.Option(help="The exact posterior, or the embedding trained by evidence."),
    ] = "posterior",
    features: Annotated[
        bool,
        typer.Option(
            "--features",
            help="Let age, occupation and income, as far as trips.csv has them, speak for "
            "travelers never asked; with --model evidence.",
        ),
    ] = False,
    forget: Annotated[
        float, typer.Option(help="Weight that each file leaves to the files before it.")
    ] = 1.0,
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="More files of outcomes.")
    ] = None,
    json: Json = None,
) -> None:
    """Fit a flexibility model to logged outcomes.

    A file holds the six context columns, `pickup_shift_min` and `dropoff_shift_min` (or
    `action`), and `accepted`.

    Example: `rideflex fit --data cities/demo --outcomes may.csv june.parquet --out june.model`
    """
    from functools import partial
    from time import perf_counter

    from rich.progress import Progress

    from rideflex.cli.console import make_console
    from rideflex.data import read_area
    from rideflex.errors import UsageError
    from rideflex.files import write_json
    from rideflex.logs import count_outcomes
    from rideflex.outcomes import Counts

    if not 0.0 <= forget <= 1.0:
        raise UsageError(f"--forget is a weight from 0 to 1, not {forget}")
    if features and model != "evidence":
        raise UsageError("--features needs --model evidence: the posterior has one π for all")
    console = make_console()
    area = read_area(data)
    n_types = len(area.table.types)
    counts, rows, fallbacks = Counts.zeros(len(area.travelers), n_types), 0, 0
    with Progress(console=console, transient=True) as progress:
        for file in (*outcomes, *(more or ())):
            task = progress.add_task(f"{file.name}: outcomes", total=None)
            log = count_outcomes(
                [file], area.table, area.travelers, partial(progress.advance, task)
            )
            counts = counts.scaled(forget) + log.counts
            rows, fallbacks = rows + log.rows, fallbacks + log.fallbacks
    start = perf_counter()
    made = _make(model, area, features)
    made.fit(counts)
    seconds = perf_counter() - start
    made.save(out)
    seen = int((counts.total > 0).sum())
    console.print(
        f"{rows:,} outcomes of {seen:,} of {len(area.travelers):,} travelers; the rules answered "
        f"{fallbacks:,} of them (no row of decisions).\n"
        f"Fitted in {seconds:.3f} s; wrote {out}.",
        soft_wrap=True,
    )
    if json is not None:
        figures = {"outcomes": rows, "travelers": seen, "fallbacks": fallbacks}
        write_json(json, {**figures, "fit_s": seconds, "model": model})


def predict(
    model: Annotated[Path, typer.Argument(help="A file that `rideflex fit` wrote.")],
    travelers: Annotated[
        str | None, typer.Option(help="Traveler ids, such as 3 17. Without it: all of them.")
    ] = None,
    unknown: Annotated[
        Literal["raise", "prior"],
        typer.Option(help="What a traveler gets whom the model doesn't know: an error, or π."),
    ] = "raise",
    more: Annotated[
        list[str] | None, typer.Argument(metavar="TRAVELER", help="More traveler ids.")
    ] = None,
    json: Json = None,
) -> None:
    """Print the probability that each traveler is of each flexibility type.

    Example: `rideflex predict june.model --travelers 3 17`
    """
    import numpy as np

    from rideflex.cli.console import make_console, make_table
    from rideflex.cli.numbers import whole_numbers
    from rideflex.errors import UsageError
    from rideflex.files import write_json

    made = _load(model)
    index = made.travelers
    if index is None:
        raise UsageError(f"{model} holds no traveler ids; fit it with `rideflex fit`")
    wanted = [] if travelers is None else [travelers, *(more or ())]
    ids = np.array(whole_numbers(wanted, "--travelers")) if wanted else index.ids
    entities = index.encode(ids, unknown="raise" if unknown == "raise" else "mark")
    probabilities = made.predict_proba(entities, unknown="prior")
    columns = [f"type {number}" for number in range(len(made.types))]
    table = make_table(f"Types of {len(ids):,} travelers", "traveler", *columns, "likeliest")
    for traveler, row in zip(ids.tolist(), probabilities, strict=True):
        table.add_row(str(traveler), *(f"{p:.3f}" for p in row), f"type {row.argmax()}")
    console = make_console()
    console.print(table)
    for number, name in enumerate(made.types):
        console.print(f"type {number}: {name}", soft_wrap=True)
    if json is not None:
        rows = dict(zip(map(str, ids.tolist()), probabilities.tolist(), strict=True))
        write_json(json, {"types": made.types, "travelers": rows})


def _make(
    model: Literal["posterior", "evidence"], area: ServiceArea, features: bool
) -> FlexibilityPosterior | EvidenceModel:
    from rideflex.errors import DataError, Problem
    from rideflex.posterior import FlexibilityPosterior

    n, types = len(area.travelers), area.table.types
    if model == "posterior":
        return FlexibilityPosterior(n, types, travelers=area.travelers)
    from rideflex.embedding import EvidenceModel, TravelerFeatures

    if not features:
        return EvidenceModel(n, types, travelers=area.travelers)
    if not area.feature_names:
        cause = "says nothing of the travelers: it needs a column age, occupation or income"
        raise DataError(Problem(str(area.folder / "trips.csv"), cause))
    levels = TravelerFeatures.of(area.features, area.feature_names)
    encoded = levels.encode(area.features)
    return EvidenceModel(n, types, features=encoded, levels=levels, travelers=area.travelers)


def _load(path: Path) -> FlexibilityPosterior | EvidenceModel:
    """Load whichever model the file holds; PyTorch only where it is needed."""
    from rideflex.files import saved_kind
    from rideflex.posterior import KIND, FlexibilityPosterior

    if saved_kind(path) == KIND:
        return FlexibilityPosterior.load(path)
    from rideflex.embedding import EvidenceModel

    return EvidenceModel.load(path)
