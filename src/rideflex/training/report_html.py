"""Page of a run: one HTML file with its pictures inside, which needs no network."""

from __future__ import annotations

import base64
import io
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rideflex.evaluation.compare import CLAIRVOYANT
from rideflex.evaluation.recommend import worth_minutes
from rideflex.evaluation.row_text import (
    burden_text,
    penalty_sentences,
    penalty_text,
    rider_text,
    saving_text,
    vehicle_text,
)
from rideflex.negotiation.game import UNIT
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.routing.picture import Map, Picture
from rideflex.routing.plots import days_figure
from rideflex.storage.atomic import replacing
from rideflex.training.plots import learning_figure, recovery_figure, saving_figure

if TYPE_CHECKING:
    from rideflex.training.report_figures import Report

_TEMPLATE = "report.html.j2"
_ENOUGH = 0.05  # a wider interval of the saving asks for more days
_POLICIES = {
    NeverAsk.name: "asks nobody: the day as it was requested, and what all savings are against",
    "random": "makes any offer that may be made, with equal chance",
    "largest": "asks for the most minutes that are likelier accepted than not",
    "expected": "asks where acceptance × (what is saved at once − price of the minutes) is highest",
    "lookahead": "plays out the rest of the day for every offer and asks for what is best by its "
    "end; the default",
    "ppo": "what this run's reinforcement learning (masked PPO) makes of the same facts",
    CLAIRVOYANT: "the benchmark: the best offers and routes that a search finds with every answer "
    "known beforehand; no policy for the road",
}
_COLUMNS = {
    "vehicle min per day": "driving minutes of all vehicles, with the penalties of requests left "
    "out, after all plans were re-optimised alike",
    "saving": "share of those minutes that is saved against never asking",
    "95 % interval": "where the saving lies with 95 % confidence, by a paired bootstrap over days",
    "by insertion": "the saving that would be claimed without re-optimising the routes",
    "of the benchmark": "the saving as a share of what the clairvoyant benchmark saves",
    "worth": "vehicle minutes saved per day, less the price of the goodwill used",
    "asked": "share of requests whose traveler was asked for a shift",
    "accepted": "share of those questions that were answered yes",
    "min agreed": "agreed minutes earlier plus later, per traveler and day",
    "min used": "those of the agreed minutes that the final routes need",
    "unserved": "requests per day that the plans by insertion leave out",
    "Gini": "how unevenly the minutes fall on travelers: 0 means everybody carries the same, "
    "close to 1 that one carries all",
    "top tenth": "share of all minutes that the tenth of travelers who carry most carry; 10 % "
    "would be even",
    "most asked": "questions to the traveler who was asked most, over all days",
    "vehicles": "vehicles that leave the depot, per day",
    "hours": "from leaving the depot to being back, of all vehicles, per day: what "
    "drivers are paid for",
    "trips/hour": "served requests per hour of a vehicle",
    "detour": "mean minutes on board beyond the direct drive",
    "9 of 10": "nine riders of ten have no longer detour",
    "longest": "the longest time on board on any day, in minutes",
    "on time": "served requests whose stops begin in the windows that were agreed",
    "km": "driven per day, by great circle and detour",
}


def write_page(report: Report) -> None:
    """Write the page of a report; it needs no other file and no network."""
    page = _template().render(_content(report))
    report.html.parent.mkdir(parents=True, exist_ok=True)
    with replacing(report.html) as beside:
        beside.write_text(page, encoding="utf-8")


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = files("rideflex.training").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    return environment.from_string(text)


def _content(report: Report) -> dict[str, Any]:
    trained, compared = report.trained, report.compared
    settings, recommended = trained.settings, report.recommendation
    savings = [
        saving_text(row, compared) | {"worth": f"{worth_minutes(compared, row.policy):.1f}"}
        for row in compared.rows
    ]
    burdens = [burden_text(row) for row in compared.rows]
    services = [vehicle_text(row) | rider_text(row) for row in compared.rows]
    names = [row.policy for row in compared.rows]
    best = compared.row(recommended.policy)
    learning = learning_figure(report.metrics, UNIT)
    recovery = recovery_figure(report.metrics, len(trained.area.table.types))
    return {
        "name": report.html.resolve().parent.name,
        "facts": _facts(report),
        "same_files": trained.same_files,
        "recommended": recommended,
        "best": best,
        "is_never": best.policy == NeverAsk.name,
        "benchmark": compared.row(CLAIRVOYANT) if compared.has_benchmark else None,
        "days": report.days,
        "prices": compared.prices,
        "savings": savings,
        "penalties": [penalty_text(row, compared) for row in compared.rows]
        if compared.has_penalties
        else [],
        "penalty_sentences": penalty_sentences(compared),
        "burdens": burdens,
        "services": services,
        "policies": {name: _POLICIES.get(name, "a policy of your own") for name in names},
        "saving_columns": _explained(savings),
        "burden_columns": _explained(burdens),
        "service_columns": _explained(services),
        "saving_picture": _embedded(saving_figure(compared, recommended.policy))
        if len(compared.rows) > 1
        else None,
        "day": _day(report),
        "learning_picture": None if learning is None else _embedded(learning),
        "learning_sentence": _learning_sentence(report.metrics),
        "recovery_picture": None if recovery is None else _embedded(recovery),
        "recovery_sentence": _recovery_sentence(report),
        "n_updates": _updates(report),
        "contradiction": report.contradictions.sentence(),
        "confusion": report.confusion,
        "next_steps": _next_steps(report),
        "settings": settings,
        "outcomes": trained.outcomes,
        "epoch": trained.epoch,
    }


def _facts(report: Report) -> dict[str, str]:
    trained, settings = report.trained, report.trained.settings
    facts = {
        "service area": f"{trained.area.folder.resolve().name}: {len(trained.area.travelers):,} "
        f"travelers, {len(trained.area.trips):,} trips, {len(trained.area.zones):,} zones",
        "training": f"{trained.epoch:,} of {settings.epochs:,} epochs of {settings.envs:,} days; "
        f"model: {settings.model}; {trained.outcomes:,} outcomes seen; seed {settings.seed}",
        "evaluation": f"{report.days:,} unseen day{'s' if report.days > 1 else ''}, "
        f"seed {report.seed}",
        "prices": f"{report.compared.prices.minute:g} driving seconds for a shifted minute, "
        f"{report.compared.prices.question:g} for a question",
        "rideflex": version("rideflex"),
    }
    if trained.area.world is not None:
        facts["answers"] = trained.area.world.sentence()
    if report.written is not None:
        facts["written"] = report.written.isoformat()
    return facts


def _explained(rows: list[dict[str, str]]) -> dict[str, str]:
    return {column: _COLUMNS[column] for column in rows[0] if column in _COLUMNS}


def _day(report: Report) -> dict[str, str] | None:
    """The unseen day on which the recommended policy saves its median, drawn before and after."""
    compared, name = report.compared, report.recommendation.policy
    never, best = compared.agreed[NeverAsk.name], compared.agreed[name]
    day = int(np.argsort(never.costs - best.costs)[(len(best.costs) - 1) // 2])
    coordinates = report.trained.area.coordinates
    zones = None if coordinates is None else Map(coordinates, geographic=True)
    asked = never.days[day].requests
    pictures = [
        Picture(
            f"{title}: {plan.costs[day] / 60:,.1f} vehicle minutes",
            plan.days[day],
            plan.solutions[day].routes,
            widened,
        )
        for title, plan, widened in (
            ("never asking", never, None),
            (f"{name}, as agreed", best, asked),
        )[: 1 if name == NeverAsk.name else 2]
    ]
    shifted = int((best.actions[day] != report.trained.area.offers.no_shift).sum())
    return {
        "picture": _embedded(days_figure(pictures, zones, width=12.0), dpi=110),
        "number": str(day + 1),
        "requests": str(len(asked)),
        "shifted": str(shifted),
        "saved": f"{(never.costs[day] - best.costs[day]) / 60:.1f}",
    }


def _learning_sentence(metrics: list[dict[str, Any]]) -> str:
    if not metrics:
        return "No epoch has been noted yet."
    last = metrics[-1]
    return (
        f"In epoch {last['epoch']:,}, with masks lifted for {last['explore']:.0%} of the requests, "
        f"a day's insertion plans saved {last['saved_minutes']:.1f} vehicle minutes for "
        f"{last['shifted_minutes']:.1f} agreed minutes per traveler."
    )


def _recovery_sentence(report: Report) -> str:
    confusion, n = report.confusion, report.trained.model.n_travelers
    updates = _updates(report)
    after = f"after {updates:,} update{'' if updates == 1 else 's'} of the model"
    text = ""
    if confusion is not None and confusion.found is None:
        text = "The service area does not say who is of which type, so that nothing is counted."
    if not updates:
        return f"{text} Nothing was learned yet: all travelers are alike to the model.".strip()
    if confusion is not None and confusion.found is not None:
        text = f"The types of {confusion.found:,} of {n:,} travelers were found, {after}."
        if confusion.worst is not None:
            true, learned, count = confusion.worst
            text += (
                f" The most frequent mistake: {count:,} who are “{true}” were taken for "
                f"“{learned}”."
            )
    for name, side in (("early", "earlier"), ("late", "later")):
        if report.tolerances is not None and report.tolerances[name]:
            low, half, high = report.tolerances[name]
            text += (
                f" Of four travelers one bears up to {low:.0f} minutes {side}, two up to "
                f"{half:.0f}, three up to {high:.0f}."
            )
    losses = [line["answer_log_loss"] for line in report.metrics if "answer_log_loss" in line]
    if losses:
        text += (
            f" On all offers the answers are predicted with a log loss of {losses[-1]:.3f}; 0.693 "
            "would be to toss a coin."
        )
    return text.strip()


def _next_steps(report: Report) -> list[tuple[str, str | None]]:
    """What to do, in sentences, each with a command where one does it."""
    trained, compared = report.trained, report.compared
    run, best = trained.folder, compared.row(report.recommendation.policy)
    steps: list[tuple[str, str | None]] = []
    if trained.epoch < trained.settings.epochs:
        steps.append(("Finish the training.", f"rideflex train --resume {run}"))
    confusion = report.confusion
    if not _updates(report):
        steps.append(
            (
                "The model has learned from no answer yet, so that all travelers are alike to it: "
                "train for more epochs, or update more often (--update-every).",
                None,
            )
        )
    elif (
        confusion is not None
        and confusion.found is not None
        and confusion.found < 0.9 * trained.model.n_travelers
    ):
        steps.append(
            (
                "A tenth of the travelers or more are taken for what they are not: let the model "
                "see more of their answers (more epochs, or a larger --buffer).",
                None,
            )
        )
    if best.saving.high - best.saving.low > _ENOUGH or report.days < 50:
        steps.append(
            (
                "Narrow the intervals before a figure is cited.",
                f"rideflex evaluate {run} --days 50 --json evaluation.json",
            )
        )
    steps.append(
        (
            "Choose the price of a shifted minute: it decides between miles and goodwill.",
            f"rideflex evaluate {run} --prices 0,2,5,10,20 --plot frontier.png",
        )
    )
    if best.policy != NeverAsk.name:
        steps.append(
            (
                f"Cap the questions to one traveler ({best.policy} asked one {best.most_asked:,} "
                f"times in {report.days:,} days), and see what it costs.",
                f"rideflex evaluate {run} --max-asks {max(1, best.most_asked // 2)}",
            )
        )
    return steps


def _updates(report: Report) -> int:
    return sum("outcomes" in line for line in report.metrics)


def _embedded(figure: Figure, dpi: int = 130) -> str:
    """The figure as a PNG in a data URI."""
    FigureCanvasAgg(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=dpi)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
