"""`rideflex evaluate` and `rideflex report`."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rideflex.cli.outputs import Json, write_figures
from rideflex.cli.run_tables import (
    known_of,
    playing,
    print_comparison,
    print_frontier,
    print_report,
    unseen,
)

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas.settings import RideRule
    from rideflex.training.trained_run import TrainedRun


def evaluate(
    run: Annotated[Path, typer.Argument(help="Folder of a run, or of bookings.")],
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Days never trained on, 50; of bookings the last dates, 10."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the days and the solvers.")] = 0,
    policies: Annotated[
        str | None,
        typer.Option(
            help="Names, separated by commas; largest,expected,lookahead, and a run's ppo."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|truth",
            help="Of bookings: what policies know of travelers; the truth where a folder says it.",
        ),
    ] = None,
    max_asks: Annotated[
        int | None, typer.Option(min=0, help="Most questions to a traveler, over all days.")
    ] = None,
    prices: Annotated[
        str | None,
        typer.Option(help="Prices of a shifted minute for the frontier: 0,2,5,10,20."),
    ] = None,
    iterations: Annotated[int, typer.Option(min=0, help="Of the solver, the same for all.")] = 500,
    rounds: Annotated[
        int, typer.Option(min=0, help="Of the clairvoyant benchmark's search; 0 leaves it out.")
    ] = 5_000,
    offer_means: Annotated[
        str | None,
        typer.Option(
            help="What an accepted offer does: end (of a run, if not told), trip or move."
        ),
    ] = None,
    max_ride: Annotated[
        str | None,
        typer.Option(
            help="Longest ride: minutes, or 45,1.5 (times the direct drive), or none (of a run)."
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Days re-optimised at a time.")] = 2,
    data: Annotated[
        Path | None, typer.Option(help="The service area, where it was moved since.")
    ] = None,
    world: Annotated[
        Path | None,
        typer.Option(
            help="A model that `rideflex fit` wrote: travelers are drawn from it, not from that of "
            "the run or true answers."
        ),
    ] = None,
    json: Json = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the frontier to this file.")] = None,
) -> None:
    """Play policies on the same unseen days, and re-optimise what they agreed on.

    Of a folder of bookings, the last dates are played as they were booked, by policies that need no
    training, under its own rules and prices (`service.toml`).

    Examples: `rideflex evaluate runs/demo --days 50 --json evaluation.json`, `rideflex evaluate
    services/demo --days 10 --model my.model --json dates.json`

    The first of 50 days are those of `--days 20`; penalties of unserved requests are told apart
    from driving. The frontier (saving against shifted minutes):
    `rideflex evaluate runs/demo --prices 0,2,5,10 --plot frontier.png`
    """
    from rideflex.areas import is_service
    from rideflex.cli.console import make_console, print_wrapped
    from rideflex.cli.option_lists import read_meaning, read_policies, read_prices, read_ride
    from rideflex.errors import UsageError
    from rideflex.evaluation.compare import Effort, compare
    from rideflex.evaluation.frontier import frontier
    from rideflex.evaluation.play import Scene, unseen_days
    from rideflex.negotiation.policies.registry import make_policies

    if plot is not None and prices is None:
        raise UsageError(
            f"--plot {plot} draws the frontier; name the prices of a minute, such as "
            "--prices 0,2,5,10,20"
        )
    if is_service(run):
        from rideflex.cli.evaluate_dates import DateOptions, evaluate_dates
        from rideflex.routing.search.solver import installed_solver

        if data is not None:
            raise UsageError(f"--data is for the area of a run, and {run} is a folder of bookings")
        asked = DateOptions(
            days, policies, model, max_asks, prices, offer_means, max_ride, json, plot
        )
        evaluate_dates(run, asked, Effort(iterations, rounds, seed, workers, installed_solver()))
        return
    if model is not None:
        raise UsageError(f"--model is for a folder of bookings; {run} goes by the model of the run")
    console = make_console()
    names = read_policies(policies or "largest,expected,lookahead,ppo")
    days = 50 if days is None else days
    wanted = None if prices is None else read_prices(prices)
    means, ride = read_meaning(offer_means or "end"), read_ride(max_ride or "none")
    trained = _load(run, data, world, console)
    trained = replace(trained, area=replace(trained.area, means=means, ride=ride))
    chosen = make_policies(names, trained.beliefs, trained.policy)
    scene = Scene(
        trained.area,
        trained.fleet,
        trained.beliefs,
        unseen_days(trained.area, days, seed, trained.settings.requests),
        max_asks,
    )
    effort = Effort(iterations, rounds, seed, workers)
    with playing(unseen(days), console) as on_step:
        compared = compare(scene, chosen, trained.settings.prices, effort, on_step)
        curve = None if wanted is None else frontier(scene, chosen, wanted, effort, on_step)
    print_comparison(compared, unseen(days), known_of(trained), max_asks, console)
    _tell_rules(console, means, ride)
    figures: dict[str, Any] = {
        "rideflex": version("rideflex"),
        "days": days,
        "seed": seed,
        "offer_means": means,
        "max_ride": None if ride is None else asdict(ride),
        "iterations": iterations,
        "rounds": rounds,
        "max_asks": max_asks,
        "settings": asdict(trained.settings),
        "epoch": trained.epoch,
        "same_files": trained.same_files,
        "world": None if trained.area.world is None else trained.area.world.as_json(),
        "outcomes_seen": trained.outcomes,
        **compared.as_json(),
    }
    if {"ppo", "expected"} <= set(compared.costs):
        figures["ppo_minus_expected"] = asdict(compared.difference("ppo", "expected"))
    if {"ppo", "lookahead"} <= set(compared.costs):
        figures["ppo_minus_lookahead"] = asdict(compared.difference("ppo", "lookahead"))
    if curve is not None:
        print_frontier(curve, console)
        figures["frontier"] = [asdict(point) for point in curve]
        if plot is not None:
            from rideflex.evaluation.plots import draw_frontier

            draw_frontier(curve, plot)
            print_wrapped(console, f"Wrote {plot}.")
    write_figures(console, json, figures)


def _tell_rules(console: Console, means: str, ride: RideRule | None) -> None:
    """Say which rules held, where they are not those that the run was trained under."""
    from rideflex.cli.console import print_wrapped

    told = {
        "end": "",
        "trip": "An accepted offer lets the whole trip start earlier or end later.",
        "move": "An accepted offer moves the trip to a definite other time, earlier or later.",
    }[means]
    if ride is not None:
        told += (
            f" Nobody rides longer than the larger of {ride.longest:g} minutes and "
            f"{ride.times_direct:g} times the direct drive, in any plan."
        )
    if told:
        print_wrapped(
            console,
            f"{told.strip()} All plans above keep this; `ppo` was trained without it.",
        )


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    days: Annotated[int, typer.Option(min=1, help="Days never trained on.")] = 20,
    data: Annotated[
        Path | None, typer.Option(help="The service area, where it was moved since.")
    ] = None,
    world: Annotated[
        Path | None,
        typer.Option(
            help="A model that `rideflex fit` wrote: travelers are drawn from it, not from that of "
            "the run or true answers."
        ),
    ] = None,
    json: Json = None,
) -> None:
    """Tell what a run learned and what it was worth, and write RUN/report.html.

    It plays unseen days with every policy: 20 days of 30 travelers take one to two minutes on two
    cores, nearly all of it for `lookahead`.

    Example: `rideflex report runs/demo`
    """
    from rideflex.cli.console import make_console
    from rideflex.training.report import write_report

    console = make_console()
    trained = _load(run, data, world, console)
    with playing(unseen(days), console) as on_step:
        made = write_report(trained, days, written=date.today(), on_step=on_step)
    print_report(made, console)
    write_figures(console, json, made.as_json())


def _load(run: Path, data: Path | None, world: Path | None, console: Console) -> TrainedRun:
    from rideflex.areas import read_area
    from rideflex.cli.console import print_wrapped
    from rideflex.models.world import in_world
    from rideflex.training.run_folder import RunFolder
    from rideflex.training.trained_run import load_run

    area = read_area(RunFolder(run).area_folder(data))
    trained = load_run(run, area if world is None else in_world(area, world))
    if not trained.same_files:
        print_wrapped(
            console,
            f"warning: the files in {trained.area.folder} are not those that the run was trained "
            "on; the types and the travelers are the same",
        )
    return trained
