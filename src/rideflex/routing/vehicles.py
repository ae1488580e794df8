"""The vehicles of a service: seats, wheelchair places, depots, shifts and breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rideflex.errors import UsageError

HOUR = 3600


@dataclass(frozen=True)
class Break:
    """A driver's rest: wherever the vehicle then is, with nobody on board.

    Parameters
    ----------
    opens, closes
        The window in seconds of the day in which the whole rest lies.
    seconds
        How long it takes.

    Raises
    ------
    UsageError
        If the rest does not fit into its window.
    """

    opens: int
    closes: int
    seconds: int

    def __post_init__(self) -> None:
        if self.seconds < 1:
            raise UsageError(f"a break takes time, not {self.seconds} s")
        if self.opens + self.seconds > self.closes:
            raise UsageError(
                f"a break of {self.seconds} s does not fit between {self.opens} and {self.closes}"
            )


@dataclass(frozen=True)
class Vehicle:
    """One vehicle: it leaves a depot, and ends its shift at the same or another.

    Parameters
    ----------
    seats
        Riders that it can carry.
    depot, end_depot
        Zone indices where its route starts and ends; both the same where no end is given.
    shift
        Earliest departure and latest return, in seconds of the day.
    wheelchairs, seats_per_wheelchair
        Wheelchair places, and the seats that each one in use takes away.
    rest
        The driver's break, if there is one.

    Raises
    ------
    UsageError
        If a number makes no sense, or the break does not fit into the shift.
    """

    seats: int
    depot: int
    end_depot: int | None = None
    shift: tuple[int, int] = (0, 30 * HOUR)
    wheelchairs: int = 0
    seats_per_wheelchair: int = 0
    rest: Break | None = None

    def __post_init__(self) -> None:
        for name in ("seats", "depot", "end_depot", "wheelchairs", "seats_per_wheelchair"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise UsageError(f"a vehicle's {name} can't be negative: {value}")
        if self.seats + self.wheelchairs < 1:
            raise UsageError("a vehicle needs a seat or a wheelchair place")
        start, end = self.shift
        if start > end:
            raise UsageError(f"the shift {self.shift} ends before it starts")
        rest = self.rest
        if rest and max(rest.opens, start) + rest.seconds > min(rest.closes, end):
            raise UsageError(f"the break {rest} does not fit into the shift {self.shift}")

    @property
    def end(self) -> int:
        """Zone index where the route ends."""
        return self.depot if self.end_depot is None else self.end_depot


@dataclass(frozen=True)
class Fleet:
    """The vehicles of a service, and the rules that all of them keep.

    Parameters
    ----------
    vehicles
        At least one; they may differ.
    service_time
        Seconds that every stop takes, where the requests do not say it themselves.
    max_ride
        Longest time from the end of a pick-up to the start of its drop-off, in seconds, where the
        requests do not say it themselves.
    max_duration
        Longest time from leaving the depot to being back, in seconds.
    penalty
        Driving seconds charged for a request that no vehicle takes. The default, two hours, is
        more than three drives of forty minutes, so that in a city leaving somebody out never pays.

    Raises
    ------
    UsageError
        If there is no vehicle, or a number makes no sense.

    Examples
    --------
    >>> fleet = Fleet((Vehicle(seats=4, depot=0), Vehicle(seats=8, depot=0, wheelchairs=1)))
    >>> len(fleet)
    2
    """

    vehicles: tuple[Vehicle, ...]
    service_time: int = 60
    max_ride: int | None = None
    max_duration: int | None = None
    penalty: int = 2 * HOUR

    def __post_init__(self) -> None:
        object.__setattr__(self, "vehicles", tuple(self.vehicles))
        if not self.vehicles:
            raise UsageError("a fleet needs a vehicle")
        for name in ("service_time", "max_ride", "max_duration", "penalty"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise UsageError(f"a fleet's {name} can't be negative: {value}")

    @classmethod
    def alike(
        cls,
        vehicles: int,
        capacity: int,
        depot: int,
        shift: tuple[int, int] = (0, 30 * HOUR),
        service_time: int = 60,
        max_ride: int | None = None,
        max_duration: int | None = None,
        penalty: int = 2 * HOUR,
    ) -> Fleet:
        """Make a fleet of `vehicles` with `capacity` seats each that share depot and shift.

        Examples
        --------
        >>> Fleet.alike(3, 4, depot=0).vehicles[2].seats
        4
        """
        one = Vehicle(seats=capacity, depot=depot, shift=shift)
        return cls((one,) * vehicles, service_time, max_ride, max_duration, penalty)

    def __len__(self) -> int:
        return len(self.vehicles)

    def moved(self, zone_of: Mapping[int, int]) -> Fleet:
        """Return the fleet with its depots at other zone numbers."""
        vehicles = (
            replace(one, depot=zone_of[one.depot], end_depot=zone_of[one.end])
            for one in self.vehicles
        )
        return replace(self, vehicles=tuple(vehicles))

    @property
    def kinds(self) -> Sequence[int]:
        """For each vehicle, a number that it shares with those that are its like [V]."""
        number: dict[Vehicle, int] = {}
        return [number.setdefault(vehicle, len(number)) for vehicle in self.vehicles]

    @property
    def depots(self) -> list[int]:
        """Zones where a route starts or ends, ascending."""
        return sorted({zone for one in self.vehicles for zone in (one.depot, one.end)})

    @property
    def hours(self) -> tuple[int, int]:
        """Start of the first shift and end of the last, in seconds of the day."""
        shifts = [vehicle.shift for vehicle in self.vehicles]
        return min(start for start, _ in shifts), max(end for _, end in shifts)

    @property
    def has_breaks(self) -> bool:
        """Whether any driver rests."""
        return any(vehicle.rest for vehicle in self.vehicles)
