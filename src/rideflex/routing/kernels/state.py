"""The flat arrays in which the routes of a batch of days are kept, and their upkeep.

Stop `2 * r` is the pick-up of request r and stop `2 * r + 1` its drop-off. Position 0 of a route
and the position after its last stop are the depot.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.problem import Fleet

NEVER = np.int64(1 << 40)


class State(NamedTuple):
    """Routes of B days with V vehicles and room for R requests a day; n = 2 R stops."""

    zone: npt.NDArray[np.int32]  # [B, n] by stop
    opens: npt.NDArray[np.int64]  # [B, n] earliest start of service
    closes: npt.NDArray[np.int64]  # [B, n] latest start of service
    service: npt.NDArray[np.int64]  # [B, n] seconds that the stop takes
    riders: npt.NDArray[np.int32]  # [B, n] riders who board, negative where they leave
    booked: npt.NDArray[np.int32]  # [B] requests that came so far
    stops: npt.NDArray[np.int32]  # [B, V, n] the route
    length: npt.NDArray[np.int32]  # [B, V] stops on the route
    place: npt.NDArray[np.int32]  # [B, V, n + 2] zone by position
    ready: npt.NDArray[np.int64]  # [B, V, n + 2] earliest departure by position
    late: npt.NDArray[np.int64]  # [B, V, n + 2] latest start of service that saves the rest
    load: npt.NDArray[np.int32]  # [B, V, n + 2] riders on board after the position
    driving: npt.NDArray[np.int64]  # [B] seconds that all vehicles drive


class Rules(NamedTuple):
    """The fleet's limits as plain numbers; NEVER where there is no limit."""

    capacity: int
    depot: int
    start: int
    end: int
    max_ride: int
    max_duration: int
    shortcut: int  # most seconds that driving by way of another zone can save


def rules_of(fleet: Fleet, travel_times: npt.NDArray[np.int32]) -> Rules:
    """Collect what the kernels need to know of a fleet and its travel times."""
    return Rules(
        capacity=fleet.capacity,
        depot=fleet.depot,
        start=fleet.shift[0],
        end=fleet.shift[1],
        max_ride=int(NEVER) if fleet.max_ride is None else fleet.max_ride,
        max_duration=int(NEVER) if fleet.max_duration is None else fleet.max_duration,
        shortcut=int(_largest_shortcut(travel_times)),
    )


def empty_state(n_days: int, vehicles: int, max_requests: int, rules: Rules) -> State:
    """Make the state of days on which nobody has called yet."""
    by_stop = (n_days, 2 * max_requests)
    by_position = (n_days, vehicles, 2 * max_requests + 2)
    state = State(
        zone=np.zeros(by_stop, dtype=np.int32),
        opens=np.zeros(by_stop, dtype=np.int64),
        closes=np.zeros(by_stop, dtype=np.int64),
        service=np.zeros(by_stop, dtype=np.int64),
        riders=np.zeros(by_stop, dtype=np.int32),
        booked=np.zeros(n_days, dtype=np.int32),
        stops=np.zeros((n_days, vehicles, 2 * max_requests), dtype=np.int32),
        length=np.zeros((n_days, vehicles), dtype=np.int32),
        place=np.zeros(by_position, dtype=np.int32),
        ready=np.zeros(by_position, dtype=np.int64),
        late=np.zeros(by_position, dtype=np.int64),
        load=np.zeros(by_position, dtype=np.int32),
        driving=np.zeros(n_days, dtype=np.int64),
    )
    clear(state, rules, slice(None))
    return state


def clear(state: State, rules: Rules, rows: npt.NDArray[np.intp] | slice) -> None:
    """Empty the days at `rows`."""
    state.booked[rows] = 0
    state.length[rows] = 0
    state.driving[rows] = 0
    state.place[rows, :, :2] = rules.depot
    state.ready[rows, :, :2] = rules.start
    state.late[rows, :, :2] = rules.end
    state.load[rows, :, :2] = 0


@compiled()
def refresh(
    state: State, rules: Rules, travel: npt.NDArray[np.int32], day: int, vehicle: int
) -> bool:
    """Recompute the positions of a route from its stops; False where a window or seat breaks."""
    n = state.length[day, vehicle]
    stops = state.stops[day, vehicle]
    place, ready = state.place[day, vehicle], state.ready[day, vehicle]
    late, load = state.late[day, vehicle], state.load[day, vehicle]
    holds = True
    place[0], ready[0], load[0] = rules.depot, rules.start, 0
    for k in range(1, n + 1):
        stop = stops[k - 1]
        place[k] = state.zone[day, stop]
        start = max(state.opens[day, stop], ready[k - 1] + travel[place[k - 1], place[k]])
        ready[k] = start + state.service[day, stop]
        load[k] = load[k - 1] + state.riders[day, stop]
        holds = holds and start <= state.closes[day, stop] and load[k] <= rules.capacity
    place[n + 1], load[n + 1] = rules.depot, 0
    ready[n + 1] = ready[n] + travel[place[n], rules.depot] if n else rules.start
    holds = holds and ready[n + 1] <= rules.end
    late[n + 1] = rules.end
    for k in range(n, 0, -1):
        stop = stops[k - 1]
        leave = late[k + 1] - travel[place[k], place[k + 1]]
        late[k] = min(state.closes[day, stop], leave - state.service[day, stop])
    return holds


@compiled()
def _largest_shortcut(travel: npt.NDArray[np.int32]) -> int:
    n = len(travel)
    most = 0
    for via in range(n):
        for a in range(n):
            first = travel[a, via]
            for b in range(n):
                most = max(most, travel[a, b] - first - travel[via, b])
    return most
