"""Pictures of service days: routes on the map of zones, and a Gantt chart with the windows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from rideflex.routing.picture import Map, Picture
from rideflex.routing.problem import BREAK, ServiceDay
from rideflex.routing.schedule import schedule_of
from rideflex.routing.solution import legs_of, window_of, zone_of, zones_of
from rideflex.storage.atomic import replacing

_WINDOW, _WIDENED, _DRIVING = "#d5d9e0", "#f59e0b", "#4b5563"
_REST = "////"
_MOST_IN_LEGEND = 12
_VEHICLES = (  # none of them near the orange of a widened window
    *("#1f77b4", "#2ca02c", "#9467bd", "#d62728", "#17becf"),
    *("#8c564b", "#e377c2", "#393b79", "#637939", "#7f7f7f"),
)


def draw_days(
    pictures: Sequence[Picture],
    path: str | Path,
    zones: Map | None = None,
    clock: float = 3600.0,
) -> None:
    """Draw days one below the other and save them as a picture.

    Parameters
    ----------
    pictures
        The days, such as one before and one after a shift.
    path
        Where to; the name's ending decides the format.
    zones
        Where the zones lie; without it only the Gantt charts are drawn.
    clock
        Ticks of the day's clock in one unit of the time axis: 3,600 for seconds and hours.
    """
    figure = days_figure(pictures, zones, clock)
    with replacing(path) as beside:
        figure.savefig(beside, dpi=110)


def days_figure(
    pictures: Sequence[Picture],
    zones: Map | None = None,
    clock: float = 3600.0,
    width: float = 15.0,
) -> Figure:
    """Draw days one below the other; see `draw_days`.

    Parameters
    ----------
    width
        Of the figure, in inches.
    """
    heights = [_rows(picture) for picture in pictures]
    figure = Figure(figsize=(width, sum(max(width / 3, 0.2 * rows + 1.2) for rows in heights)))
    figure.set_layout_engine("constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        len(pictures), 1 if zones is None else 2, width_ratios=None if zones is None else (1, 1.5)
    )
    shared: Axes | None = None
    for row, picture in enumerate(pictures):
        if zones is not None:
            _draw_map(figure.add_subplot(grid[row, 0]), picture, zones)
        gantt = figure.add_subplot(grid[row, -1], sharex=shared)
        _draw_gantt(gantt, picture, clock)
        shared = shared or gantt
    return figure


def _rows(picture: Picture) -> int:
    return len(picture.day.requests) + sum(bool(route) for route in picture.routes)


def _color(vehicle: int) -> str:
    return _VEHICLES[vehicle % len(_VEHICLES)]


def _draw_map(axes: Axes, picture: Picture, zones: Map) -> None:
    places = zones.places[:, ::-1] if zones.geographic else zones.places
    known = places[np.isfinite(places).all(axis=1)]
    axes.scatter(known[:, 0], known[:, 1], s=14, color="#b8bec8", zorder=1)
    day = picture.day
    ends = np.concatenate([day.requests.origin, day.requests.destination, day.fleet.depots])
    corners = np.stack([places[ends].min(axis=0), places[ends].max(axis=0)])
    extent = max(1e-9, float(np.ptp(corners, axis=0).max()))
    offset = 0.006 * extent
    for vehicle, route in enumerate(picture.routes):
        # Vehicles that share a street are drawn beside each other.
        beside = offset * np.array([np.cos(vehicle * 2.4), np.sin(vehicle * 2.4)])
        line = places[zones_of(day, vehicle, route)] + beside
        if not route:
            continue
        axes.plot(*line.T, color=_color(vehicle), linewidth=1.3, alpha=0.75, zorder=2)
        _draw_arrows(axes, line, _color(vehicle), least=0.06 * extent)
        for end, marker in ((0, "^"), (1, "v")):
            stops = [stop for stop in route if stop != BREAK and stop % 2 == end]
            at = [places[zone_of(day, stop)] + beside for stop in stops]
            x, y = np.array(at).T
            axes.scatter(x, y, s=26, marker=marker, color=_color(vehicle), zorder=3)
    home = places[day.fleet.depots]
    axes.scatter(home[:, 0], home[:, 1], s=90, marker="s", color="black", zorder=4)
    axes.set_xlim(corners[0, 0] - 0.12 * extent, corners[1, 0] + 0.12 * extent)
    axes.set_ylim(corners[0, 1] - 0.12 * extent, corners[1, 1] + 0.2 * extent)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    if zones.geographic:
        axes.set_aspect(1 / np.cos(np.radians(np.nanmean(places[:, 1]))))
        axes.set_xlabel("longitude")
        axes.set_ylabel("latitude")
    else:
        axes.set_aspect("equal")
    axes.set_title(picture.title, loc="left", fontsize=11)
    axes.ticklabel_format(useOffset=False)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    marks = [
        Line2D([], [], marker=marker, linestyle="", color=color, label=label)
        for marker, color, label in (
            ("s", "black", "depot"),
            ("^", "#555555", "pick-up"),
            ("v", "#555555", "drop-off"),
        )
    ]
    marks += [
        Line2D([], [], color=_color(vehicle), label=picture.vehicle(vehicle))
        for vehicle, route in enumerate(picture.routes)
        if route
    ]
    axes.legend(
        handles=marks[:_MOST_IN_LEGEND], loc="upper left", fontsize=8, frameon=False, ncols=3
    )


def _draw_arrows(axes: Axes, line: npt.NDArray[np.float64], color: str, least: float) -> None:
    """Point each leg of a route the way that it is driven; legs below `least` have no room."""
    for start, end in pairwise(line):
        if np.hypot(*(end - start)) > least:
            axes.annotate(
                "",
                xy=tuple(start + 0.58 * (end - start)),
                xytext=tuple(start + 0.42 * (end - start)),
                arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.0},
                zorder=3,
            )


def _draw_gantt(axes: Axes, picture: Picture, clock: float) -> None:
    day, row, ticks = picture.day, 0, []
    for vehicle, route in enumerate(picture.routes):
        if not route:
            continue
        times = schedule_of(day, vehicle, route)
        _draw_driving(axes, legs_of(day, vehicle, route), times, row, clock)
        if BREAK in route:
            _draw_break(axes, day, vehicle, times[route.index(BREAK) + 1], row, clock)
        ticks.append((row, picture.vehicle(vehicle)))
        row += 1
        for stop in route:
            if stop != BREAK and stop % 2 == 0:
                _draw_request(axes, picture, route, times, stop // 2, row, _color(vehicle), clock)
                row += 1
    served = {stop // 2 for route in picture.routes for stop in route}
    for request in range(len(day.requests)):
        if request not in served:
            _draw_windows(axes, picture, request, row, clock)
            ticks.append((row, f"request {request} unserved"))
            row += 1
    _label_gantt(axes, picture, ticks, row, clock)


def _label_gantt(
    axes: Axes, picture: Picture, ticks: list[tuple[int, str]], row: int, clock: float
) -> None:
    axes.set_yticks([at for at, _ in ticks], [label for _, label in ticks], fontsize=8)
    axes.use_sticky_edges = False
    axes.margins(x=0.02)
    axes.set_ylim(row - 0.4, -0.8)
    axes.set_xlabel("hour of the day" if clock == 3600 else "time")
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    handles = [
        Patch(color=_DRIVING, label="driving"),
        Patch(color=_WINDOW, label="window (above pick-up, below drop-off)"),
    ]
    if picture.asked is not None:
        handles.append(Patch(color=_WIDENED, label="what was agreed beyond it"))
    handles.append(Patch(color="#777777", label="on board"))
    if picture.day.fleet.has_breaks:
        handles.append(Patch(facecolor="white", edgecolor=_DRIVING, hatch=_REST, label="break"))
    axes.legend(
        handles=handles, ncols=5, loc="lower left", bbox_to_anchor=(0, 1), fontsize=8, frameon=False
    )


def _draw_driving(
    axes: Axes, legs: Sequence[int], times: list[int], row: int, clock: float
) -> None:
    # A vehicle that has time leaves as late as it can and waits where it is.
    for leg, arrives in zip(legs, times[1:], strict=True):
        axes.barh(row, leg / clock, left=(arrives - leg) / clock, height=0.62, color=_DRIVING)


def _draw_break(
    axes: Axes, day: ServiceDay, vehicle: int, begins: int, row: int, clock: float
) -> None:
    rest = day.fleet.vehicles[vehicle].rest
    assert rest is not None
    axes.barh(
        row,
        rest.seconds / clock,
        left=begins / clock,
        height=0.62,
        color="white",
        edgecolor=_DRIVING,
        hatch=_REST,
    )


def _draw_request(
    axes: Axes,
    picture: Picture,
    route: Sequence[int],
    times: list[int],
    request: int,
    row: int,
    color: str,
    clock: float,
) -> None:
    _draw_windows(axes, picture, request, row, clock)
    boarded, left = (times[list(route).index(stop) + 1] for stop in (2 * request, 2 * request + 1))
    axes.barh(row, (left - boarded) / clock, left=boarded / clock, height=0.3, color=color)


def _draw_windows(axes: Axes, picture: Picture, request: int, row: int, clock: float) -> None:
    for end in (0, 1):
        height = row + (0.24 if end else -0.24)
        opens, closes = window_of(picture.day, 2 * request + end)
        start_of_shift, end_of_shift = picture.day.fleet.hours
        opens, closes = max(opens, start_of_shift), min(closes, end_of_shift)
        bars = [(opens, closes, _WINDOW)]
        if picture.asked is not None:
            windows = (picture.asked.pickup_window, picture.asked.dropoff_window)[end]
            first, last = (int(edge) for edge in windows[request])
            bars = [(opens, first, _WIDENED), (first, last, _WINDOW), (last, closes, _WIDENED)]
        for start, stop, color in bars:
            if stop > start:
                axes.barh(
                    height, (stop - start) / clock, left=start / clock, height=0.36, color=color
                )
