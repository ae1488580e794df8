"""`rideflex fit` and `rideflex predict`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rideflex.cli.outputs import Json, write_figures

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from rich.table import Table

    from rideflex.models.protocol import FlexibilityModel
    from rideflex.tables.ids import Ids

_MOST_SHOWN, _MOST_COLUMNS = 50, 6


def fit(
    outcomes: Annotated[
        list[Path],
        typer.Option(help="CSV or Parquet files of logged outcomes, of any size, oldest first."),
    ],
    out: Annotated[Path, typer.Option(help="File to write the model to.")],
    data: Annotated[
        Path | None,
        typer.Option(
            help="A service-area folder: its decisions and travelers; --model tolerance needs none."
        ),
    ] = None,
    model: Annotated[
        Literal["hybrid", "tolerance", "posterior", "evidence"] | None,
        typer.Option(
            help="Tolerances in minutes, learned from the answers alone (`tolerance`, where there "
            "is no --data); the types of the decisions beside them (`hybrid`, else); the exact "
            "posterior over the types; or the embedding trained by evidence."
        ),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN[=VALUE,…]",
            help="Trips on which travelers may be stricter, such as trip_purpose=work,school; "
            "with --model tolerance and hybrid.",
        ),
    ] = None,
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
    no_answer: Annotated[
        str | None,
        typer.Option(
            metavar="WORD,…",
            help="Words in `accepted` that say that nobody answered, such as no-show,cancelled; "
            "such rows are left out and counted. A comma at the end stands for a blank.",
        ),
    ] = None,
    statements: Annotated[
        list[Path] | None,
        typer.Option(
            help="Files of what travelers say of themselves: rows as in a log, the offers that "
            "they would accept or refuse; with --model tolerance and hybrid."
        ),
    ] = None,
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="More files of outcomes.")
    ] = None,
    json: Json = None,
) -> None:
    """Fit a model to logged outcomes.

    A file holds the six context columns, `pickup_shift_min` and `dropoff_shift_min` (or
    `action`), and `accepted`; where it has a column `outcome_id`, each id counts once. Tolerances
    need of the context `traveler_id` alone:
    `rideflex fit --model tolerance --outcomes may.csv --out may.model`

    Example: `rideflex fit --data cities/demo --outcomes may.csv june.parquet --out june.model`
    """
    from rideflex.areas import read_area
    from rideflex.cli.answer_models import Reading, fit_answers
    from rideflex.cli.console import make_console
    from rideflex.cli.type_models import ModelChoice, fit_types
    from rideflex.errors import UsageError
    from rideflex.logs.trip_context import TripContext

    model = model or ("tolerance" if data is None else "hybrid")
    told = None if context is None else TripContext.parse(context)
    _check_options(model, data, out, features=features, forget=forget, context=context)
    if statements and model not in ("tolerance", "hybrid"):
        raise UsageError("--statements needs --model tolerance or hybrid")
    files = (*outcomes, *(more or ()))
    console = make_console()
    area = None
    if data is not None:
        with console.status("reading the service area"):
            area = read_area(data)
    words = () if no_answer is None else no_answer.split(",")
    if model == "tolerance" or area is None:
        reading = Reading(tuple(files), tuple(statements or ()), told, tuple(words), forget)
        figures = fit_answers(reading, out, area, console)
        write_figures(console, json, figures)
        return
    maker = ModelChoice(model, features, told, tuple(statements or ()))
    figures = fit_types(files, out, area, maker, forget, words, console)
    write_figures(console, json, figures)


def _check_options(
    model: str, data: Path | None, out: Path, *, features: bool, forget: float, context: str | None
) -> None:
    """Refuse options of `fit` that don't go together."""
    from rideflex.errors import UsageError
    from rideflex.storage.array_file import is_saved

    if not 0.0 <= forget <= 1.0:
        raise UsageError(f"--forget is a weight from 0 to 1, not {forget}")
    if features and model != "evidence":
        raise UsageError("--features needs --model evidence: the others have one π for all")
    if context is not None and model not in ("tolerance", "hybrid"):
        raise UsageError("--context needs --model tolerance or hybrid: types answer by the table")
    if data is None and model != "tolerance":
        raise UsageError(f"--model {model} needs the decisions of a service area: name --data")
    if out.exists() and not is_saved(out):
        raise UsageError(f"--out {out} is there and is no model; name another file")


def predict(
    model: Annotated[Path, typer.Argument(help="A file that `rideflex fit` wrote.")],
    travelers: Annotated[
        str | None,
        typer.Option(help="Traveler ids, such as 3 17 or 007 A-17; without it all."),
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

    Of a model of tolerances: how many minutes each bears, and how likely each accepts them.

    Example: `rideflex predict june.model --travelers 3 17`
    """
    import numpy as np

    from rideflex.cli.answer_models import print_accept, print_types, rows_of
    from rideflex.cli.console import make_console, print_wrapped
    from rideflex.cli.option_lists import read_ids
    from rideflex.errors import UsageError
    from rideflex.models.hybrid import HybridModel
    from rideflex.models.registry import holds_answer_model, load_answer_model, load_model
    from rideflex.tables.ids import id_array

    console = make_console()
    if more and travelers is None:
        raise UsageError(f"name travelers after --travelers, such as --travelers {' '.join(more)}")
    if strangers is not None and travelers is not None:
        raise UsageError("--strangers are people outside the model; leave --travelers away")
    if holds_answer_model(model):
        if strangers is not None:
            raise UsageError("--strangers are told by features, and this model knows no features")
        answering = load_answer_model(model)
        asked = rows_of(answering, [travelers, *(more or ())] if travelers else [], unknown)
        told = (
            print_types(answering, asked, console)
            if isinstance(answering, HybridModel)
            else print_accept(answering, asked, console)
        )
        write_figures(console, json, told)
        return
    made = load_model(model)
    index = made.travelers
    if strangers is not None:
        probabilities = _predict_strangers(made, strangers)
        ids: Ids = np.arange(2, 2 + len(probabilities))
    elif index is None:
        raise UsageError(f"{model} holds no traveler ids; fit it with `rideflex fit`")
    else:
        wanted = [] if travelers is None else [travelers, *(more or ())]
        ids = id_array(read_ids(wanted, set(index.ids.tolist()))) if wanted else index.ids
        entities = index.encode(ids, unknown="raise" if unknown == "raise" else "mark")
        probabilities = made.predict_proba(entities, unknown="prior")
    console.print(_types_table("traveler" if strangers is None else "row", ids, probabilities))
    if len(ids) > _MOST_SHOWN:
        console.print(f"… and {len(ids) - _MOST_SHOWN:,} more; --json FILE writes all of them.")
    likeliest = np.bincount(probabilities.argmax(axis=1), minlength=len(made.types)).tolist()
    for number, (name, times) in enumerate(zip(made.types, likeliest, strict=True)):
        print_wrapped(console, f"type {number}: {name} (likeliest for {times:,})")
    if json is not None:
        rows = dict(zip(map(str, ids.tolist()), probabilities.tolist(), strict=True))
        write_figures(console, json, {"types": made.types, "travelers": rows})


def _types_table(what: str, ids: Ids, probabilities: npt.NDArray[np.float64]) -> Table:
    """One line a traveler; of many types the likeliest two."""
    from rich.markup import escape

    from rideflex.cli.console import make_table

    n_types = probabilities.shape[1]
    if n_types <= _MOST_COLUMNS:
        table = make_table("", what, *(f"type {kind}" for kind in range(n_types)), "likeliest")
    else:
        table = make_table("", what, "likeliest", "probability", "next", "probability")
    for number, row in zip(ids[:_MOST_SHOWN].tolist(), probabilities, strict=False):
        first, second = row.argsort()[::-1][:2]
        if n_types <= _MOST_COLUMNS:
            table.add_row(escape(str(number)), *(f"{p:.3f}" for p in row), f"type {first}")
        else:
            pairs = ((f"type {kind}", f"{row[kind]:.3f}") for kind in (first, second))
            table.add_row(escape(str(number)), *chain.from_iterable(pairs))
    return table


def _predict_strangers(made: FlexibilityModel, file: Path) -> npt.NDArray[np.float64]:
    from rideflex.errors import UsageError
    from rideflex.models.protocol import PredictsUnseen
    from rideflex.tables.csv_files import CsvFile
    from rideflex.tables.table_files import read_rows

    if not isinstance(made, PredictsUnseen) or not made.feature_names:
        raise UsageError("this model knows no features: fit it with --model evidence --features")
    names = made.feature_names
    with CsvFile(file) as opened:
        rows = read_rows(opened, names)
    return made.predict_unseen({name: rows.columns[name].arrow() for name in names})
