"""`rideflex calls`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from rideflex.cli.outputs import Json, write_figures
from rideflex.errors import UsageError
from rideflex.storage.atomic import check_writable

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas.service import Service
    from rideflex.calls import AnswerFile, CallSheet, Evening
    from rideflex.models.tolerance import ToleranceModel


@dataclass(frozen=True)
class CallFiles:
    """Files to write, as far as they are named."""

    json: Path | None
    csv: Path | None
    page: Path | None
    runs: Path | None
    log: Path | None


def calls(
    folder: Annotated[Path, typer.Argument(help="A folder of bookings.")],
    date: Annotated[str, typer.Option(help="Of the bookings to call about, YYYY-MM-DD.")],
    most: Annotated[
        int, typer.Option(min=1, help="Calls to make at most, each about one booking.")
    ] = 10,
    model: Annotated[
        Path | None,
        typer.Option(help="Tolerances that `rideflex fit` learned; without it a prior, said so."),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help="What was answered so far: the sheet's CSV, its `accepted` filled in."),
    ] = None,
    ask: Annotated[
        bool,
        typer.Option("--ask", help="Take the answers here, one after the other, into --answers."),
    ] = False,
    page: Annotated[
        Path | None, typer.Option(help="Write the sheet as a page to print and tick (HTML).")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the sheet as a table.")] = None,
    json: Json = None,
    runs: Annotated[
        Path | None, typer.Option(help="Write the runs, with the windows as agreed, as a table.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="Write the answers as a log for `rideflex fit`.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search.")] = 0,
) -> None:
    """Say whom to call about a date, what to ask for and why; take the answers, and plan anew.

    Calls stand in the order of the vehicle minutes that they save beyond their price, times the
    chance of a yes. With --answers the rest of the list follows what was answered; when no call is
    left that is worth its price, or --most were called, the runs and a log for `fit` are written
    beside the answers. Examples: `rideflex calls services/demo --date 2026-02-03 --page
    calls.html`, `rideflex calls services/demo --date 2026-02-03 --answers tonight.csv --ask`
    """
    from rideflex.areas import read_service
    from rideflex.calls import Evening, EveningSettings
    from rideflex.cli.console import make_console
    from rideflex.tables.cells import date as read_date

    if ask and answers is None:
        raise UsageError("--ask needs --answers FILE, where each answer is kept as it is given")
    if answers is not None and not ask and not answers.exists():
        raise UsageError(f"--answers {answers} is not there; with --ask it is made")
    try:
        day = read_date(date)
    except ValueError as error:
        raise UsageError(f"--date {date!r} {error}") from None
    files = CallFiles(json, csv, page, runs, log)
    console = make_console()
    with console.status("reading the bookings"):
        service = read_service(folder)
        booked = service.on(day)
        known = None if model is None else _load(model)
    with _writing(answers if ask else None, str(day)) as kept:
        start = perf_counter()
        with console.status("planning the calls"):
            evening = Evening(service, booked, known, EveningSettings(most, seed))
        if answers is not None:
            _replay(console, evening, answers)
        seconds = perf_counter() - start
        if kept is not None:
            _ask(console, evening, kept)
        _finish(console, evening, answers, files, seconds)


@contextmanager
def _writing(path: Path | None, date: str) -> Iterator[AnswerFile | None]:
    """The file that answers are put into, if any: mended where it was cut, and nobody else's."""
    from rideflex.calls import AnswerFile
    from rideflex.storage.lock import locked

    if path is None:
        yield None
        return
    check_writable(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.with_name(f".{path.name}.lock"), f"takes answers into {path}"):
        yield AnswerFile(path, date)


def _load(path: Path) -> ToleranceModel:
    from rideflex.calls.chances import tolerance_model
    from rideflex.models.registry import holds_answer_model, load_answer_model

    return tolerance_model(load_answer_model(path) if holds_answer_model(path) else None, str(path))


def _replay(console: Console, evening: Evening, path: Path) -> None:
    """Take the answers of a file, each with a plan of its own, as they were given."""
    from rideflex.calls import read_evening
    from rideflex.cli.console import showing

    told = read_evening(path, str(evening.booked.date))
    with showing("taking the answers", console) as on_step:
        for at, answer in enumerate(told, start=1):
            on_step(f"answer {at} of {len(told)}")
            evening.take(evening.settled(answer, str(path)))


def _ask(console: Console, evening: Evening, kept: AnswerFile) -> None:
    """Put the calls that are left, and take each answer; it is on the disk before the next."""
    from rideflex.calls import Answer, sheet_of
    from rideflex.calls.answers import read_word
    from rideflex.cli.console import print_wrapped

    for note in _notes(evening, sheet_of(evening)):
        print_wrapped(console, note)
    while evening.calls:
        call = sheet_of(evening).calls[0]
        print_wrapped(console, "")
        print_wrapped(
            console,
            f"Call {call.traveler} ({call.booking}): {call.say} [chance {call.chance:.0%}, saves "
            f"{call.saves_minutes:.1f} min, price {call.price:.1f}; {call.why}]",
        )
        word = None
        while word is None:
            try:
                said = typer.prompt("yes, no, unreached, or stop")
            except typer.Abort:  # an interrupt, or the end of what is typed
                said = "stop"
            if said.strip().lower() == "stop":
                print_wrapped(console, "Stopped. The same command goes on from here.")
                return
            try:
                word = read_word(said)
            except ValueError as error:
                print_wrapped(console, f"{said!r} {error}.")
        answer = Answer(call.booking, word, call.offer)
        kept.append(answer, call.traveler)
        print_wrapped(console, f"Kept: {word}.")
        with console.status("planning the calls that are left"):
            evening.take(answer)


def _finish(
    console: Console, evening: Evening, answers: Path | None, files: CallFiles, seconds: float
) -> None:
    from rideflex.calls import sheet_of, write_log
    from rideflex.calls.page import write_page
    from rideflex.cli.console import print_wrapped

    sheet = sheet_of(evening)
    notes = _notes(evening, sheet)
    _print(console, evening.service, sheet, notes)
    write_figures(console, files.json, sheet.as_json() | {"seconds": seconds})
    if files.csv is not None:
        sheet.write_csv(files.csv)
        print_wrapped(console, f"Wrote {files.csv}.")
    if files.page is not None:
        write_page(files.page, sheet, evening.service.folder.name, notes)
        print_wrapped(console, f"Wrote {files.page}.")
    over = answers is not None and not sheet.calls
    runs, log = files.runs, files.log
    if over and answers is not None:
        runs = runs or answers.with_name(f"{answers.stem}-runs.csv")
        log = log or answers.with_name(f"{answers.stem}-log.csv")
    if runs is not None:
        _write_runs(console, evening, runs)
    if log is not None:
        named = [(answer, evening.traveler_of(answer)) for answer in evening.answers]
        n = write_log(log, str(sheet.date), named)
        print_wrapped(console, f"Wrote {log}: {n} answers for rideflex fit --outcomes.")


def _write_runs(console: Console, evening: Evening, path: Path) -> None:
    """Write the routes under what was agreed, as `route --date` would drive them."""
    from dataclasses import replace

    from rideflex.cli.console import print_wrapped
    from rideflex.cli.route_date import write_runs
    from rideflex.evaluation.plan_date import PlannedDate
    from rideflex.routing.search.reoptimise import reoptimise
    from rideflex.routing.search.solver import installed_solver

    booked = replace(evening.booked, day=evening.day)
    with console.status("routing"):
        solver = "built-in" if booked.day.fleet.has_breaks else installed_solver()
        found = reoptimise(
            booked.day, evening.plan.nobody.routes, 500, evening.settings.seed, solver
        )
    plan = PlannedDate(evening.service, booked, evening.plan.nobody, found, solver)
    write_runs(path, plan.runs)
    print_wrapped(console, f"Wrote {path}: {found.driving / 60:,.1f} vehicle minutes.")
    for problem in plan.problems:
        print_wrapped(console, f"problem: {problem}")
    if plan.problems:
        raise typer.Exit(1)


def _notes(evening: Evening, sheet: CallSheet) -> tuple[str, ...]:
    from rideflex.calls.page import prior_note

    notes = [] if (prior := prior_note(sheet)) is None else [prior]
    if not sheet.is_prior:
        unknown = sheet.travelers - sheet.known
        if unknown:
            notes.append(
                f"Of {sheet.travelers} travelers {unknown} have never answered: their chances are "
                "those of anybody."
            )
    if evening.chances.context is not None:
        notes.append(
            f"The model tells trips with {evening.chances.context} apart, which bookings don't "
            "say: all are taken for other trips."
        )
    if evening.service.is_estimated:
        notes.append("Travel times are ESTIMATED from places: no figure is better than that.")
    if sheet.nobody.unserved:
        some = ", ".join(sheet.nobody.unserved[:5])
        notes.append(f"If nobody agrees no vehicle takes {len(sheet.nobody.unserved)}: {some}.")
    return tuple(notes)


def _print(console: Console, service: Service, sheet: CallSheet, notes: tuple[str, ...]) -> None:
    from rideflex.calls.page import summary
    from rideflex.cli.console import make_table, print_wrapped

    for note in notes:
        print_wrapped(console, note)
    print_wrapped(console, f"{service.folder.name} on {sheet.date}, {sheet.requests} bookings: "
                           f"{summary(sheet)}")  # fmt: skip
    for call in sheet.calls:
        print_wrapped(console, f"{call.order:>2}. {call.traveler} ({call.booking}): {call.say}")
        print_wrapped(
            console,
            f"    chance {call.chance:.0%}, saves {call.saves_minutes:.1f} min, price "
            f"{call.price:.1f}; {call.why}",
        )
    table = make_table("", "routes", "vehicle minutes", "vehicle hours", "not served")
    for name, plan in (("if nobody agrees", sheet.nobody), ("if all do", sheet.everybody)):
        figures = (f"{plan.vehicle_minutes:,.1f}", f"{plan.vehicle_hours:,.1f}")
        table.add_row(name, *figures, str(len(plan.unserved)))
    console.print(table)
