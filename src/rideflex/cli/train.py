"""`rideflex train`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rideflex.cli.run_tables import playing, print_contradictions, print_report, unseen

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.training.trainer import MetaTraining


def train(
    data: Annotated[Path | None, typer.Option(help="A service-area folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the run; made if need be.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with this run instead.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs; 100 unless told.")] = None,
    envs: Annotated[int | None, typer.Option(help="Days side by side; 64.")] = None,
    update_every: Annotated[int | None, typer.Option(help="Epochs between updates; 10.")] = None,
    buffer: Annotated[
        int | None,
        typer.Option(help="Outcomes looked back on; 12,800. Of many travelers take more."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="evidence, posterior or minibatch: the types of the decisions; tolerance: "
            "minutes, learned from the answers alone; hybrid: both."
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
    forget: Annotated[
        float | None, typer.Option(help="What older outcomes weigh at each update; 1.")
    ] = None,
    world: Annotated[
        Path | None,
        typer.Option(
            help="A model that `rideflex fit` wrote: every day draws its travelers from it, where "
            "nobody knows how they truly answer."
        ),
    ] = None,
    requests: Annotated[int | None, typer.Option(help="Requests of a day, at most; 200.")] = None,
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
    from rideflex.areas import read_area
    from rideflex.cli.console import make_console, print_wrapped
    from rideflex.models.world import in_world
    from rideflex.negotiation.prices import Prices
    from rideflex.training.trainer import MetaTraining

    console = make_console()
    given: dict[str, Any] = {
        "epochs": epochs,
        "envs": envs,
        "update_every": update_every,
        "buffer": buffer,
        "model": model,
        "forget": forget,
        "context": context,
        "requests": requests,
        "seed": seed,
        "explore": explore,
    }
    given = {name: value for name, value in given.items() if value is not None}
    wanted_prices = {"minute": price_minute, "question": price_question}
    wanted_prices = {name: value for name, value in wanted_prices.items() if value is not None}
    folder, settings = _settings(data, out, resume, world, given, wanted_prices, Prices)
    drawn_from = world if resume is None else folder.world()
    area = read_area(settings.data)
    training = MetaTraining(
        settings,
        folder,
        area if drawn_from is None else in_world(area, drawn_from),
        report=lambda line: console.print(line, soft_wrap=True),
        checkpoint_every=checkpoint_every,
    )
    with folder.held():
        if resume is None:
            folder.create(settings, drawn_from)
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
    world: Path | None,
    given: dict[str, Any],
    prices: dict[str, Any],
    make_prices: Any,
) -> tuple[Any, Any]:
    from dataclasses import replace

    from rideflex.errors import UsageError
    from rideflex.training.run_folder import RunFolder
    from rideflex.training.settings import RunSettings

    if resume is not None:
        if out is not None and out.resolve() != resume.resolve():
            raise UsageError("--resume goes on in its own folder; leave --out away")
        folder = RunFolder(resume)
        stored = folder.settings()
        now = RunSettings.of(folder.area_folder(data), world or folder.world())
        wanted = replace(
            stored,
            data=now.data,
            files=now.files,
            world=now.world,
            prices=replace(stored.prices, **prices),
            **given,
        )
        folder.check_same(wanted)
        return folder, stored if wanted == stored else folder.move_data(Path(now.data))
    if data is None or out is None:
        raise UsageError(
            "name a service-area folder with --data and a folder for the run with --out"
        )
    if out.resolve().is_relative_to(data.resolve()):
        raise UsageError(
            f"--out {out} lies in the service-area folder {data}; name another folder for the run, "
            "such as runs/demo"
        )
    return RunFolder(out), RunSettings.of(data, world, prices=make_prices(**prices), **given)


def _train(training: MetaTraining, stop_after: int | None, days: int, console: Console) -> None:
    from rideflex.cli.console import print_wrapped

    run, begun, last = training.folder.path, training.epoch, training.settings.epochs
    _run(training, stop_after, console)
    if training.epoch < last:
        stopped = f"Stopped after epoch {training.epoch} of {last}"
        print_wrapped(console, f"{stopped}; go on with rideflex train --resume {run}")
        return
    from rideflex.training.contradictions import Contradictions
    from rideflex.training.trained_run import load_run

    if not days:
        print_contradictions(Contradictions.of(load_run(run, training.area)), console)
    else:
        from rideflex.training.report import write_report

        console.print()
        with playing(unseen(days), console) as on_step:
            report = write_report(
                load_run(run, training.area), days, written=date.today(), on_step=on_step
            )
        print_report(report, console)
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
