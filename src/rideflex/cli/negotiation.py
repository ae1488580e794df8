"""`rideflex train`, `rideflex evaluate` and `rideflex report`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.negotiation.closing import Closing
    from rideflex.negotiation.comparison import Comparison
    from rideflex.negotiation.frontier import FrontierPoint
    from rideflex.negotiation.meta_training import MetaTraining
    from rideflex.negotiation.trained import TrainedRun

Json = Annotated[Path | None, typer.Option(help="Write the figures to this file too.")]


def train(
    data: Annotated[Path | None, typer.Option(help="A service-area folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the run; made if need be.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with this run instead.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs; 100 unless told.")] = None,
    envs: Annotated[int | None, typer.Option(help="Days side by side; 64.")] = None,
    update_every: Annotated[int | None, typer.Option(help="Epochs between updates; 10.")] = None,
    buffer: Annotated[int | None, typer.Option(help="Outcomes looked back on; 12,800.")] = None,
    model: Annotated[str | None, typer.Option(help="evidence, posterior or minibatch.")] = None,
    forget: Annotated[
        float | None, typer.Option(help="What older outcomes weigh at each update; 1.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random; 0.")] = None,
    explore: Annotated[
        float | None, typer.Option(help="Share of lifted masks at the start; 0.2.")
    ] = None,
    price_minute: Annotated[
        float | None, typer.Option(help="Driving seconds that a shifted minute is worth.")
    ] = None,
    price_question: Annotated[
        float | None, typer.Option(help="Driving seconds that a question is worth; 0.")
    ] = None,
    stop_after: Annotated[
        int | None, typer.Option(min=1, help="Stop after this epoch; go on later with --resume.")
    ] = None,
    checkpoint_every: Annotated[int, typer.Option(min=1, help="Epochs between checkpoints.")] = 10,
    days: Annotated[
        int, typer.Option(min=0, help="Unseen days for the closing report; 0 leaves it out.")
    ] = 20,
) -> None:
    """Learn a policy and the travelers' flexibility together, and report what it was worth.

    Example: `rideflex train --data cities/demo --out runs/demo --epochs 100`

    A run that was stopped goes on with `rideflex train --resume runs/demo`, exactly as if it had
    not been.
    """
    from rideflex.cli.console import make_console, print_wrapped
    from rideflex.data import read_area
    from rideflex.negotiation.meta_training import MetaTraining
    from rideflex.negotiation.settings import Prices

    console = make_console()
    given: dict[str, Any] = {
        "epochs": epochs,
        "envs": envs,
        "update_every": update_every,
        "buffer": buffer,
        "model": model,
        "forget": forget,
        "seed": seed,
        "explore": explore,
    }
    given = {name: value for name, value in given.items() if value is not None}
    wanted_prices = {"minute": price_minute, "question": price_question}
    wanted_prices = {name: value for name, value in wanted_prices.items() if value is not None}
    folder, settings = _settings(data, out, resume, given, wanted_prices, Prices)
    training = MetaTraining(
        settings,
        folder,
        read_area(settings.data),
        report=lambda line: console.print(line, markup=False, soft_wrap=True),
        checkpoint_every=checkpoint_every,
    )
    if resume is None:
        folder.create(settings)
    else:
        training.restore()
        if training.epoch == settings.epochs:
            done = f"{training.epoch} of {settings.epochs} epochs"
            print_wrapped(console, f"{folder.path} is complete ({done}).")
    try:
        _train(training, stop_after, days, console)
    except KeyboardInterrupt:
        typer.echo(_interrupted(training), err=True)
        raise typer.Exit(130) from None


def _settings(
    data: Path | None,
    out: Path | None,
    resume: Path | None,
    given: dict[str, Any],
    prices: dict[str, Any],
    make_prices: Any,
) -> tuple[Any, Any]:
    from dataclasses import replace

    from rideflex.errors import UsageError
    from rideflex.negotiation.run_folder import RunFolder, RunSettings

    if resume is not None:
        if out is not None and out.resolve() != resume.resolve():
            raise UsageError("--resume goes on in its own folder; leave --out away")
        folder = RunFolder(resume)
        stored = folder.settings()
        now = RunSettings.of(folder.area_folder(data))
        wanted = replace(
            stored,
            data=now.data,
            files=now.files,
            prices=replace(stored.prices, **prices),
            **given,
        )
        folder.check_same(wanted)
        return folder, stored if wanted == stored else folder.move_data(Path(now.data))
    if data is None or out is None:
        raise UsageError(
            "name a service-area folder with --data and a folder for the run with --out"
        )
    return RunFolder(out), RunSettings.of(data, prices=make_prices(**prices), **given)


def _train(training: MetaTraining, stop_after: int | None, days: int, console: Console) -> None:
    from rideflex.cli.console import print_wrapped

    run, begun, last = training.folder.path, training.epoch, training.settings.epochs
    _run(training, stop_after, console)
    if training.epoch < last:
        stopped = f"Stopped after epoch {training.epoch} of {last}"
        print_wrapped(console, f"{stopped}; go on with rideflex train --resume {run}")
        return
    if days:
        from rideflex.negotiation.closing import write_report
        from rideflex.negotiation.trained import load_run

        console.print()
        with _playing(days, console) as on_step:
            closing = write_report(load_run(run, training.area), days, on_step=on_step)
        _print_closing(closing, console)
    if begun < last:
        print_wrapped(console, f"Wrote {run}; next: rideflex evaluate {run}")


def _interrupted(training: MetaTraining) -> str:
    run, kept = training.folder.path, training.folder.last_epoch
    if kept == training.settings.epochs:
        return f"Stopped after the last epoch. Report on it with `rideflex report {run}`."
    checkpoint = f"the checkpoint of epoch {kept} is kept" if kept else "there is no checkpoint yet"
    return (
        f"Stopped in epoch {max(training.epoch, 1)}; {checkpoint}. "
        f"Go on with `rideflex train --resume {run}`."
    )


@contextmanager
def _playing(days: int, console: Console) -> Iterator[Callable[[str], object]]:
    """Show that days are played: a status on a terminal, else one line."""
    if not console.is_terminal:
        console.print(f"Playing {days} unseen day{'s' if days > 1 else ''} …")
    with console.status("playing unseen days") as status:
        yield status.update


def _run(training: MetaTraining, stop_after: int | None, console: Console) -> None:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.fields[saving]}"),
        TimeRemainingColumn(),
    )
    last, watched = training.settings.epochs, console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not watched) as progress:
        task = progress.add_task("train", total=last, completed=training.epoch, saving="")

        def on_epoch(metrics: dict[str, Any]) -> None:
            epoch = metrics["epoch"]
            saving = (
                f"saving by insertion {metrics['saving']:.1%}, "
                f"{metrics['shifted_minutes']:.1f} min a traveler"
            )
            progress.update(task, completed=epoch, saving=saving)
            if not watched and 10 * epoch // last > 10 * (epoch - 1) // last:
                console.print(f"epoch {epoch} of {last}: {saving}")

        training.run(until=stop_after, on_epoch=on_epoch)


def evaluate(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    days: Annotated[int, typer.Option(min=1, help="Days never trained on.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Of the days and the solvers.")] = 0,
    policies: Annotated[
        str, typer.Option(help="Names, separated by commas.")
    ] = "largest,expected,lookahead,ppo",
    max_asks: Annotated[
        int | None, typer.Option(min=0, help="Most questions to a traveler, over all days.")
    ] = None,
    prices: Annotated[
        str | None,
        typer.Option(help="Prices of a shifted minute for the frontier: 0,2,5,10,20."),
    ] = None,
    iterations: Annotated[int, typer.Option(min=0, help="Of PyVRP, the same for all.")] = 500,
    rounds: Annotated[
        int, typer.Option(min=0, help="Of the clairvoyant search; 0 leaves the bound out.")
    ] = 5_000,
    workers: Annotated[int, typer.Option(min=1, help="Days re-optimised at a time.")] = 2,
    data: Annotated[
        Path | None, typer.Option(help="The service area, where it was moved since.")
    ] = None,
    json: Json = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the frontier to this PNG file.")] = None,
) -> None:
    """Play policies on the same unseen days, and re-optimise what they agreed on.

    Example: `rideflex evaluate runs/demo --days 50 --json evaluation.json`

    The frontier (saving against shifted minutes): `rideflex evaluate runs/demo --prices 0,2,5,10
    --plot frontier.png`
    """
    from rideflex.cli.console import make_console, print_wrapped
    from rideflex.errors import UsageError
    from rideflex.files import write_json
    from rideflex.negotiation.comparison import Effort, compare
    from rideflex.negotiation.evaluation import Scene, unseen_days
    from rideflex.negotiation.frontier import draw_frontier, frontier, read_prices
    from rideflex.negotiation.policies.by_name import make_policies, read_names

    console = make_console()
    names = read_names(policies)
    if plot is not None and prices is None:
        raise UsageError(
            f"--plot {plot} draws the frontier; name the prices of a minute, such as "
            "--prices 0,2,5,10,20"
        )
    wanted = None if prices is None else read_prices(prices)
    trained = _load(run, data, console)
    chosen = make_policies(names, trained.beliefs, trained.policy)
    scene = Scene(
        trained.area,
        trained.fleet,
        trained.beliefs,
        unseen_days(trained.area, days, seed),
        max_asks,
    )
    effort = Effort(iterations, rounds, seed, workers)
    with _playing(days, console) as on_step:
        compared = compare(scene, chosen, trained.settings.prices, effort, on_step)
        curve = None if wanted is None else frontier(scene, chosen, wanted, effort, on_step)
    _print_comparison(compared, trained, days, max_asks, console)
    figures: dict[str, Any] = {
        "rideflex": version("rideflex"),
        "days": days,
        "seed": seed,
        "iterations": iterations,
        "rounds": rounds,
        "max_asks": max_asks,
        "settings": asdict(trained.settings),
        "epoch": trained.epoch,
        "same_files": trained.same_files,
        "outcomes_seen": trained.outcomes,
        **compared.as_json(),
    }
    if {"ppo", "expected"} <= set(compared.costs):
        figures["ppo_minus_expected"] = asdict(compared.difference("ppo", "expected"))
    if {"ppo", "lookahead"} <= set(compared.costs):
        figures["ppo_minus_lookahead"] = asdict(compared.difference("ppo", "lookahead"))
    if curve is not None:
        _print_frontier(curve, console)
        figures["frontier"] = [asdict(point) for point in curve]
        if plot is not None:
            draw_frontier(curve, plot)
            print_wrapped(console, f"Wrote {plot}.")
    if json is not None:
        write_json(json, figures)
        print_wrapped(console, f"Wrote {json}.")


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    days: Annotated[int, typer.Option(min=1, help="Days never trained on.")] = 20,
    data: Annotated[
        Path | None, typer.Option(help="The service area, where it was moved since.")
    ] = None,
    json: Json = None,
) -> None:
    """Tell what a run learned and what it was worth, and write RUN/report.html.

    It plays unseen days with every policy: 20 days of 30 travelers take one to two minutes on two
    cores, nearly all of it for `lookahead`.

    Example: `rideflex report runs/demo`
    """
    from rideflex.cli.console import make_console, print_wrapped
    from rideflex.files import write_json
    from rideflex.negotiation.closing import write_report

    console = make_console()
    trained = _load(run, data, console)
    with _playing(days, console) as on_step:
        closing = write_report(trained, days, on_step=on_step)
    _print_closing(closing, console)
    if json is not None:
        write_json(json, closing.as_json())
        print_wrapped(console, f"Wrote {json}.")


def _load(run: Path, data: Path | None, console: Console) -> TrainedRun:
    from rideflex.cli.console import print_wrapped
    from rideflex.data import read_area
    from rideflex.negotiation.run_folder import RunFolder
    from rideflex.negotiation.trained import load_run

    trained = load_run(run, read_area(RunFolder(run).area_folder(data)))
    if not trained.same_files:
        print_wrapped(
            console,
            f"warning: the files in {trained.area.folder} are not those that the run was trained "
            "on; the types and the travelers are the same",
        )
    return trained


def _print_closing(closing: Closing, console: Console) -> None:
    from rideflex.cli.console import make_table, print_wrapped

    _print_comparison(closing.compared, closing.trained, closing.days, None, console)
    console.print()
    table = make_table("Learned against true types", "type", "true", "found", "learned as it")
    for name, true, found, learned in closing.types():
        table.add_row(name, "-" if true is None else str(true), str(found), str(learned))
    console.print(table)
    print_wrapped(console, f"Wrote {closing.html}.")


def _print_comparison(
    compared: Comparison, trained: TrainedRun, days: int, max_asks: int | None, console: Console
) -> None:
    from rideflex.cli.console import make_table
    from rideflex.negotiation.comparison import BOUND

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


def _print_frontier(curve: Sequence[FrontierPoint], console: Console) -> None:
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
