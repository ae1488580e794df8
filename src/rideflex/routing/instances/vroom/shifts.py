"""Working hours and breaks of VROOM's vehicles."""

from __future__ import annotations

from dataclasses import dataclass

from rideflex.routing.instances.vroom.json_fields import Fields
from rideflex.routing.instances.vroom.names import VroomName
from rideflex.routing.vehicles import Break

SHIFT_KEYS = ("time_window", "breaks")
_BREAK = ("id", "description", "service", "time_windows", "max_load")


@dataclass(frozen=True)
class Shift:
    """What a vehicle says of its driver's time; None where it says nothing.

    Parameters
    ----------
    window
        Working hours.
    name
        Of the break.
    begins
        When the break may begin.
    seconds
        How long the break takes, 0 where there is none.
    """

    window: tuple[int, int] | None
    name: VroomName | None = None
    begins: tuple[int, int] | None = None
    seconds: int = 0

    @property
    def latest_start(self) -> int:
        """The last of the times that something opens."""
        return max(one[0] for one in (self.window, self.begins, (0, 0)) if one is not None)

    def hours(self, ever: int) -> tuple[int, int]:
        """Working hours, where `ever` stands for their end if there is none."""
        return self.window or (0, ever)

    def rest(self, ever: int) -> Break | None:
        """The break, if there is one."""
        if self.name is None:
            return None
        start, end = self.hours(ever)
        begins = self.begins or (start, end - self.seconds)
        return Break(begins[0], begins[1] + self.seconds, self.seconds)


def read_shift(vehicle: Fields) -> Shift:
    """Read a vehicle's hours and its break; more than one can't be expressed."""
    window = vehicle.window("time_window")
    breaks = vehicle.objects("breaks")
    if len(breaks) > 1:
        vehicle.refuse(f"holds {len(breaks)} breaks, and a driver takes one here", "breaks")
    if not breaks:
        return Shift(window)
    rest = breaks[0]
    rest.only(_BREAK, {})
    rest.wholes("max_load")
    name = VroomName(rest.whole("id"), rest.text("description"))
    begins, seconds = rest.one_window("time_windows"), rest.whole("service", 0)
    if not seconds:
        rest.refuse("a break takes time: leave out one of 0 s", "service")
        return Shift(window)
    start, end = window or (0, None)
    opens, closes = begins or (start, None)
    begun = max(opens, start)
    if (end is not None and begun + seconds > end) or (closes is not None and begun > closes):
        rest.refuse("the break can't be taken within the vehicle's time_window")
        return Shift(window)
    return Shift(window, name, begins, seconds)
