"""`rideflex fit` and `rideflex predict`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from rich.table import Table

    from rideflex.areas import ServiceArea
    from rideflex.models.protocol import FlexibilityModel

_MUCH_NOISE = 0.2
_MOST_SHOWN, _MOST_COLUMNS = 50, 6

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

    import numpy as np
    from rich.progress import Progress

    from rideflex.areas import read_area
    from rideflex.cli.console import make_console
    from rideflex.cli.outputs import write_figures
    from rideflex.errors import UsageError
    from rideflex.logs.files import count_outcomes
    from rideflex.models.mixture import fit_mixture
    from rideflex.outcomes import Counts
    from rideflex.storage.array_file import is_saved

    if not 0.0 <= forget <= 1.0:
        raise UsageError(f"--forget is a weight from 0 to 1, not {forget}")
    if features and model != "evidence":
        raise UsageError("--features needs --model evidence: the posterior has one π for all")
    files = (*outcomes, *(more or ()))
    if out.exists() and not is_saved(out):
        raise UsageError(f"--out {out} is there and is no model; name another file")
    console = make_console()
    with console.status("reading the service area"):
        area = read_area(data)
    n_types = len(area.table.types)
    counts, rows, fallbacks = Counts.zeros(len(area.travelers), n_types), 0, 0
    start = perf_counter()
    with Progress(console=console, transient=True) as progress:
        for file in files:
            task = progress.add_task(f"{file.name}: outcomes", total=None)
            log = count_outcomes(
                [file], area.table, area.travelers, partial(progress.advance, task)
            )
            counts = counts.scaled(forget) + log.counts
            rows, fallbacks = rows + log.rows, fallbacks + log.fallbacks
    read_s, start = perf_counter() - start, perf_counter()
    made = _make(model, area, features)
    made.fit(counts)
    seconds = perf_counter() - start
    made.save(out)
    seen, noise = int((counts.total > 0).sum()), fit_mixture(counts).noise
    found = np.bincount(
        made.predict_proba(np.flatnonzero(counts.total > 0)).argmax(axis=1), minlength=n_types
    )
    console.print(
        f"{rows:,} outcomes of {seen:,} of {len(area.travelers):,} travelers; the rules answered "
        f"{fallbacks:,} of them (no row of decisions). {noise:.1%} of the answers go against the "
        "types."
    )
    for name, travelers in zip(made.types, found.tolist(), strict=True):
        console.print(f"{travelers:8,}  {name}", soft_wrap=True)
    if noise > _MUCH_NOISE:
        console.print(
            f"warning: {noise:.0%} of the answers go against the types, so the types explain "
            "little: are the answers and the offers in the right columns?"
        )
    if fallbacks > rows / 2:
        console.print(
            "warning: decisions.csv has no row for most outcomes: are purposes, places and time "
            "windows spelt as in the decisions?"
        )
    console.print(
        f"Read in {read_s:.2f} s, fitted in {seconds:.3f} s; wrote {out}.",
        soft_wrap=True,
    )
    figures = {"outcomes": rows, "travelers": seen, "fallbacks": fallbacks, "noise": noise}
    types = dict(zip(made.types, found.tolist(), strict=True))
    times = {"read_s": read_s, "fit_s": seconds}
    write_figures(console, json, {**figures, **times, "found": types, "model": model})


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
    strangers: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file of people outside the model, with the features that it was fitted "
            "with (`rideflex fit --features`); they are numbered by row."
        ),
    ] = None,
    json: Json = None,
) -> None:
    """Print the probability that each traveler is of each flexibility type.

    Example: `rideflex predict june.model --travelers 3 17`
    """
    import numpy as np

    from rideflex.cli.console import make_console
    from rideflex.cli.numbers import whole_numbers
    from rideflex.cli.outputs import write_figures
    from rideflex.errors import UsageError
    from rideflex.models.registry import load_model

    if more and travelers is None:
        raise UsageError(f"name travelers after --travelers, such as --travelers {' '.join(more)}")
    if strangers is not None and travelers is not None:
        raise UsageError("--strangers are people outside the model; leave --travelers away")
    made = load_model(model)
    index = made.travelers
    if strangers is not None:
        probabilities = _predict_strangers(made, strangers)
        ids = np.arange(2, 2 + len(probabilities))
    elif index is None:
        raise UsageError(f"{model} holds no traveler ids; fit it with `rideflex fit`")
    else:
        wanted = [] if travelers is None else [travelers, *(more or ())]
        ids = np.array(whole_numbers(wanted, "--travelers")) if wanted else index.ids
        entities = index.encode(ids, unknown="raise" if unknown == "raise" else "mark")
        probabilities = made.predict_proba(entities, unknown="prior")
    console = make_console()
    console.print(_types_table("traveler" if strangers is None else "row", ids, probabilities))
    if len(ids) > _MOST_SHOWN:
        console.print(f"… and {len(ids) - _MOST_SHOWN:,} more; --json FILE writes all of them.")
    likeliest = np.bincount(probabilities.argmax(axis=1), minlength=len(made.types)).tolist()
    for number, (name, times) in enumerate(zip(made.types, likeliest, strict=True)):
        console.print(f"type {number}: {name} (likeliest for {times:,})", soft_wrap=True)
    if json is not None:
        rows = dict(zip(map(str, ids.tolist()), probabilities.tolist(), strict=True))
        write_figures(console, json, {"types": made.types, "travelers": rows})


def _types_table(
    what: str, ids: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64]
) -> Table:
    """One line a traveler; of many types the likeliest two."""
    from rideflex.cli.console import make_table

    n_types = probabilities.shape[1]
    if n_types <= _MOST_COLUMNS:
        table = make_table("", what, *(f"type {kind}" for kind in range(n_types)), "likeliest")
    else:
        table = make_table("", what, "likeliest", "probability", "next", "probability")
    for number, row in zip(ids[:_MOST_SHOWN].tolist(), probabilities, strict=False):
        first, second = row.argsort()[::-1][:2]
        if n_types <= _MOST_COLUMNS:
            table.add_row(str(number), *(f"{p:.3f}" for p in row), f"type {first}")
        else:
            pairs = ((f"type {kind}", f"{row[kind]:.3f}") for kind in (first, second))
            table.add_row(str(number), *chain.from_iterable(pairs))
    return table


def _predict_strangers(made: FlexibilityModel, file: Path) -> npt.NDArray[np.float64]:
    from rideflex.errors import UsageError
    from rideflex.models.protocol import PredictsUnseen
    from rideflex.tables.csv_files import csv_head, read_csv

    if not isinstance(made, PredictsUnseen) or not made.feature_names:
        raise UsageError("this model knows no features: fit it with --model evidence --features")
    names = made.feature_names
    csv_head(file).require(names)
    rows = read_csv(file, names)
    return made.predict_unseen({name: rows.columns[name].arrow() for name in names})


def _make(
    model: Literal["posterior", "evidence"], area: ServiceArea, features: bool
) -> FlexibilityModel:
    from rideflex.errors import DataError, Problem
    from rideflex.models.registry import model_class

    n, types = len(area.travelers), area.table.types
    if not features:
        return model_class(model)(n, types, travelers=area.travelers)
    from rideflex.models.neural import EvidenceModel, TravelerFeatures

    if not area.feature_names:
        cause = "says nothing of the travelers: it needs a column age, occupation or income"
        raise DataError(Problem(str(area.folder / "trips.csv"), cause))
    levels = TravelerFeatures.of(area.features, area.feature_names)
    encoded = levels.encode(area.features)
    return EvidenceModel(n, types, features=encoded, levels=levels, travelers=area.travelers)
