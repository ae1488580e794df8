"""The call sheet as a page: one HTML file to print, to tick, or to read on a phone."""

from __future__ import annotations

from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template

from rideflex.calls.sheet import Call, CallSheet, PlanFigures
from rideflex.storage.atomic import replacing
from rideflex.tables.time_windows import clock

_TEMPLATE = "page.html"


def write_page(path: Path, sheet: CallSheet, service: str, notes: tuple[str, ...] = ()) -> None:
    """Write the page; it needs no other file, no script and no network.

    Parameters
    ----------
    path
        The file.
    sheet
        The calls.
    service
        The name of the service.
    notes
        What has to be said of the figures.
    """
    text = files("rideflex.calls").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    calls = "".join(_call(call) for call in sheet.calls)
    plans = [_plan("if nobody agrees", sheet.nobody), _plan("if all do", sheet.everybody)]
    page = Template(text).substitute(
        date=str(sheet.date),
        weekday=f"{sheet.date:%A}",
        service=escape(service),
        requests=f"{sheet.requests:,}",
        summary=escape(summary(sheet)),
        notes="".join(f'<p class="warn">{escape(note)}</p>' for note in notes),
        calls=f"<ol>{calls}</ol>" if calls else "",
        plans="".join(plans),
        version=version("rideflex"),
    )
    with replacing(path) as beside:
        beside.write_text(page, encoding="utf-8")


def summary(sheet: CallSheet) -> str:
    """What the sheet comes to, in a sentence."""
    made = f"{sheet.called} called so far. " if sheet.called else ""
    if not sheet.calls:
        if sheet.called >= sheet.most:
            return f"{made}That is all that were to be called."
        return f"{made}No call is worth its price."
    n = len(sheet.calls)
    calls = "1 call, which saves" if n == 1 else f"{n} calls, which together save"
    return f"{made}{calls} {sheet.saves_minutes:.0f} vehicle minutes if all agree."


def prior_note(sheet: CallSheet) -> str | None:
    """What has to be said where chances are a prior."""
    if not sheet.is_prior:
        return None
    told = ", ".join(f"{chance:.0%} for {minutes} minutes" for minutes, chance in sheet.prior)
    return (
        f"NO MODEL: every chance is a guess made before any answer, {told}, the same for everybody "
        "until tonight's answers. Learn the travelers' own: rideflex fit --model tolerance "
        "--outcomes ANSWERS --out MODEL, then --model MODEL."
    )


def _call(call: Call) -> str:
    tick = f'<label><input type="checkbox" name="{call.order}"> {{}}</label>'
    ticks = "".join(tick.format(word) for word in ("yes", "no", "not reached"))
    figures = (
        f"chance {call.chance:.0%} · saves {call.saves_minutes:.1f} min · price {call.price:.1f} · "
        f"promise {clock(call.promised.opens)}–{clock(call.promised.closes)} · {escape(call.why)}"
    )
    who = f'{escape(call.traveler)} <span class="who">({escape(call.booking)})</span>'
    return (
        f'<li><span class="order">{call.order}</span><p class="say">{who} “{escape(call.say)}”</p>'
        f'<p class="why soft">{figures}</p><div class="ticks">{ticks}</div></li>'
    )


def _plan(name: str, plan: PlanFigures) -> str:
    cells = (f"{plan.vehicle_minutes:,.0f}", f"{plan.vehicle_hours:,.1f}", f"{len(plan.unserved)}")
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
