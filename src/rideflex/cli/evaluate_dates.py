"""`rideflex evaluate` of the last dates of a folder of bookings."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rideflex.cli.console import make_console, print_wrapped
from rideflex.cli.option_lists import read_meaning, read_policies, read_prices, read_ride
from rideflex.cli.outputs import write_figures
from rideflex.cli.run_tables import playing, print_comparison, print_frontier
from rideflex.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas import Service
    from rideflex.evaluation.compare import Effort
    from rideflex.evaluation.held_out_dates import HeldOut
    from rideflex.models.tolerance import ToleranceModel

DATES = 10
POLICIES = "largest,expected,lookahead"
TRUTH = "truth"


@dataclass(frozen=True)
class DateOptions:
    """What was asked for, as it was typed; None where nothing was."""

    days: int | None
    policies: str | None
    model: str | None
    max_asks: int | None
    prices: str | None
    offer_means: str | None
    max_ride: str | None
    json: Path | None
    plot: Path | None


def evaluate_dates(folder: Path, options: DateOptions, effort: Effort) -> None:
    """Play policies on the last dates of a folder of bookings.

    Raises
    ------
    UsageError
        If an option makes no sense for bookings, or nobody says how travelers answer.
    """
    from rideflex.areas import read_service
    from rideflex.evaluation.compare import compare
    from rideflex.evaluation.frontier import frontier
    from rideflex.evaluation.held_out_dates import hold_out
    from rideflex.negotiation.policies.registry import make_policies
    from rideflex.negotiation.prices import Prices

    if options.plot is not None:
        from rideflex.evaluation.plots import draw_frontier  # before the work, which may be long
    console = make_console()
    names = read_policies(options.policies or POLICIES)
    wanted = None if options.prices is None else read_prices(options.prices)
    with console.status("reading"):
        service = _under(read_service(folder), options)
        model = _model(options.model)
        days = DATES if options.days is None else options.days
        held = hold_out(service, days, model, seed=effort.seed, max_asks=options.max_asks)
    goodwill = service.settings.goodwill
    policies = make_policies(names, held.beliefs)
    with playing(f"{days} held-out date{'s' if days > 1 else ''}", console) as on_step:
        prices = Prices(goodwill.minute, goodwill.question)
        compared = compare(held.scenes, policies, prices, effort, on_step)
        curve = None
        if wanted is not None:
            curve = frontier(held.scenes, policies, wanted, effort, on_step)
    first, last = held.dates[0].date, held.dates[-1].date
    print_comparison(
        compared,
        f"{days} dates, {first} to {last}" if days > 1 else f"{first}",
        _known(held, model, options.model),
        options.max_asks,
        console,
    )
    _tell(console, service, held)
    figures: dict[str, Any] = {
        "rideflex": version("rideflex"),
        "days": days,
        "dates": [one.as_json() for one in held.dates],
        "seed": effort.seed,
        "offers": [list(pair) for pair in service.settings.offers.grid.pairs],
        "offer_means": service.settings.offers.means,
        "max_ride": asdict(service.settings.ride),
        "settings": dict(service.settings.in_force()),
        "iterations": effort.iterations,
        "rounds": effort.rounds,
        "max_asks": options.max_asks,
        "model": TRUTH if model is None else options.model,
        "answers": held.answers,
        "strangers": held.strangers,
        "estimated_travel_times": service.is_estimated,
        "solver": "built-in" if service.fleet.has_breaks else effort.solver,
        **compared.as_json(),
    }
    if curve is not None:
        print_frontier(curve, console)
        figures["frontier"] = [asdict(point) for point in curve]
        if options.plot is not None:
            draw_frontier(curve, options.plot)
            print_wrapped(console, f"Wrote {options.plot}.")
    write_figures(console, options.json, figures)


def _under(service: Service, options: DateOptions) -> Service:
    """The service under rules that were typed in place of its own."""
    settings = service.settings
    if options.offer_means is not None:
        means = read_meaning(options.offer_means)
        settings = replace(settings, offers=replace(settings.offers, means=means))
    if options.max_ride is not None:
        ride = read_ride(options.max_ride)
        if ride is None:
            raise UsageError(
                "bookings always have a longest ride, from which their windows follow: name one, "
                "such as --max-ride 90,3"
            )
        settings = replace(settings, ride=ride)
    return replace(service, settings=settings)


def _model(told: str | None) -> ToleranceModel | None:
    """Load the model that policies go by; None for what is true of the travelers."""
    if told is None or told == TRUTH:
        return None
    from rideflex.models.tolerance import ToleranceModel

    return ToleranceModel.load(told)


def _known(held: HeldOut, model: ToleranceModel | None, told: str | None) -> str:
    """Say what policies knew of the travelers, and by what these answered."""
    if model is None:
        return (
            "Policies knew how each traveler answers (travelers.csv), as nobody does: for what can "
            "be had, name a fitted model with --model."
        )
    text = f"Policies knew the travelers by {told}"
    if held.strangers:
        text += f", which never saw {held.strangers:,} of them and takes those for anybody"
    if held.answers == "truth":
        return f"{text}; travelers answered by what is true of them (travelers.csv)."
    return (
        f"{text}. Travelers answered as that model predicts, for want of the truth: the savings "
        "are no better than the model."
    )


def _tell(console: Console, service: Service, held: HeldOut) -> None:
    ride = service.settings.ride
    means = {
        "end": "lets the pick-up be earlier, or the drop-off later",
        "trip": "lets the whole trip start earlier or end later",
        "move": "moves the trip to a definite other time",
    }[service.settings.offers.means]
    print_wrapped(
        console,
        f"An accepted offer {means}; none goes past an appointment. Nobody rides longer than the "
        f"larger of {ride.longest:g} minutes and {ride.times_direct:g} times the direct drive, or "
        "than their own booking says, in any plan, `never` included.",
    )
    others = [str(one.date) for one in held.dates if not one.same_weekday]
    if others:
        print_wrapped(
            console,
            "What was still to come was expected as on earlier dates of the same weekday; of "
            f"{', '.join(others)} there is none, so that dates of any weekday stood in.",
        )
    if service.is_estimated:
        print_wrapped(
            console,
            "Travel times are ESTIMATED from places: no figure above is better than that.",
        )
