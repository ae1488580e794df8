"""Pick-ups and deliveries that name each other, as Li and Lim's and later formats write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rideflex.errors import DataError, Problem
from rideflex.routing.instances.instance import Row

DEMAND, EARLIEST, LATEST, SERVICE, PICKUP, DELIVERY = 3, 4, 5, 6, 7, 8
Pair = tuple[Row, Row]


def paired_tasks(rows: Sequence[Row], what: str) -> tuple[Row, list[Pair]]:
    """Tell the depot, task 0, and each pick-up with its delivery, in the order of the pick-ups.

    Parameters
    ----------
    rows
        Tasks of nine numbers: index, two coordinates, demand, earliest and latest start of
        service, service time, and the indices of the pick-up (for a delivery) and of the delivery
        (for a pick-up), 0 where there is none.
    what
        Names a task in errors, such as "task".

    Raises
    ------
    DataError
        If a pick-up and its delivery do not name each other; it carries every problem.
    """
    tasks: dict[int, Row] = {}
    problems = [
        row.problem("stands in the file twice", what, row.values[0])
        for row in rows
        if tasks.setdefault(int(row.values[0]), row) is not row
    ]
    if 0 not in tasks:
        raise rows[0].refuse(f"no {what} has index 0, the depot")
    pairs = []
    for index, row in tasks.items():
        if index and row.values[DELIVERY]:
            found = [*_pair_problems(row, tasks, what)]
            problems += found
            if not found:
                pairs.append((row, tasks[int(row.values[DELIVERY])]))
    problems += _unpaired(tasks, pairs, problems)
    problems += [
        end.problem("the window ends before it starts", "latest", end.values[LATEST])
        for end in tasks.values()
        if end.values[EARLIEST] > end.values[LATEST]
    ]
    if problems:
        raise DataError(problems)
    if not pairs:
        raise tasks[0].refuse(f"no {what} beside the depot: nobody asks for a ride")
    return tasks[0], pairs


def _pair_problems(row: Row, tasks: Mapping[int, Row], what: str) -> Iterator[Problem]:
    index, partner = int(row.values[0]), int(row.values[DELIVERY])
    demand = row.values[DEMAND]
    if demand < 1 or demand % 1:
        yield row.problem("a pick-up's demand is a whole number from 1", "demand", demand)
        return
    if partner not in tasks:
        yield row.problem(f"no {what} has this index", "delivery", partner)
        return
    delivery = tasks[partner]
    if int(delivery.values[PICKUP]) != index:
        cause = f"{what} {index} delivers here"
        yield delivery.problem(cause, "pickup", delivery.values[PICKUP])
    elif delivery.values[DEMAND] != -demand:
        cause = f"{what} {index} brings {demand:g}"
        yield delivery.problem(cause, "demand", delivery.values[DEMAND])


def _unpaired(
    tasks: Mapping[int, Row], pairs: Sequence[Pair], problems: Sequence[Problem]
) -> Iterator[Problem]:
    told = {row.line for pair in pairs for row in pair} | {one.row for one in problems}
    for index, row in tasks.items():
        if index and row.line not in told and not row.values[DELIVERY]:
            pickup = tasks.get(int(row.values[PICKUP]))
            if pickup is None or not row.values[PICKUP] or pickup.line not in told:
                cause = "is neither a pick-up nor a delivery of one"
                yield row.problem(cause, "pickup", row.values[PICKUP])
