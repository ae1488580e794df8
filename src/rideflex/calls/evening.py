"""An evening of calls: the list is planned anew after every answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rideflex.areas.service import BookedDay, Service
from rideflex.calls.answers import Answer, no_such_booking
from rideflex.calls.chances import Chances
from rideflex.calls.limits import allowed_offers
from rideflex.calls.planning import CallPlan, CallProblem, Effort, Worth, first_plan, next_plan
from rideflex.models.tolerance import ToleranceModel
from rideflex.routing import ServiceDay
from rideflex.routing.search.agreement import OpenDay

LEAST_CHANCE = 0.2
"""Nobody is called for an offer that is less likely taken than this."""

_FEW_SHOWN = 5


@dataclass(frozen=True)
class EveningSettings:
    """How an evening is planned.

    Parameters
    ----------
    most
        Bookings to call about at most; a second offer in the same call counts with the first.
    seed
        Of the searches: with the same answers the list is the same.
    effort
        Rounds of the searches; as many as the day needs where it is not given.
    """

    most: int = 10
    seed: int = 0
    effort: Effort | None = None


class Evening:
    """Calls about one date, from the first list to the last answer.

    What comes out depends on the bookings, the model, the settings and the answers in their order,
    and on nothing else: who goes through the same answers again is where they were.

    Parameters
    ----------
    service, booked
        The service, and the date's requests.
    model
        Tolerances fitted to answers; without it chances are a prior.
    settings
        How many calls, and how the searches are run.
    """

    def __init__(
        self,
        service: Service,
        booked: BookedDay,
        model: ToleranceModel | None = None,
        settings: EveningSettings | None = None,
    ) -> None:
        self.service, self.booked = service, booked
        self.settings = settings or EveningSettings()
        self.offers = service.settings.offers.grid
        of = service.bookings
        self.bookings = [str(one) for one in of.ids[booked.rows]]
        self.chances = Chances(of.travelers[booked.rows], self.offers, model)
        self._row_of = {booking: row for row, booking in enumerate(self.bookings)}
        self._askable = allowed_offers(service, booked)
        self._open = self._askable.copy()
        self.agreed: npt.NDArray[np.int32] = np.full(
            len(self.bookings), self.offers.no_shift, dtype=np.int32
        )
        self.answers: list[Answer] = []
        self._answered: dict[int, str] = {}
        self._on_phone: int | None = None
        self._effort = self.settings.effort or Effort.of(len(self.bookings))
        self.plan: CallPlan = first_plan(self._problem(), self._effort, self.settings.seed)

    @property
    def day(self) -> ServiceDay:
        """The requests under the windows that are agreed so far."""
        return OpenDay(self.booked.day, self.offers, self._askable).under(self.agreed)

    @property
    def called(self) -> int:
        """How many bookings were called about."""
        return len(self._answered)

    @property
    def calls(self) -> tuple[Worth, ...]:
        """Calls that are left, the next first; none where the evening is over."""
        return self.plan.calls

    def traveler(self, row: int) -> str:
        """Id of the traveler of a booking."""
        return str(self.service.bookings.travelers[self.booked.rows[row]])

    def traveler_of(self, answer: Answer) -> str:
        """Id of the traveler who gave an answer."""
        return self.traveler(self._row_of[answer.booking])

    def settled(self, answer: Answer, file: str | None = None) -> Answer:
        """The answer with what was asked: what the sheet says, where it doesn't tell.

        Parameters
        ----------
        file
            Where the answer is from, for errors.

        Raises
        ------
        DataError, UsageError
            If nothing is booked under that name on the date, it has answered yes before, it is not
            on the sheet and no offer is told, or the offer is one that it can't be asked for. With
            a file the error names its row.
        """
        cause = self._refusal(answer)
        if cause is not None:
            raise no_such_booking(answer.booking, cause, file, answer.row)
        if answer.offer is not None:
            return answer
        row = self._row_of[answer.booking]
        call = next(one for one in self.calls if one.request == row)
        return replace(answer, offer=self.offers[call.action])

    def take(self, answer: Answer) -> None:
        """Take a settled answer: fix what was agreed, and plan the rest of the list anew."""
        assert answer.offer is not None
        row, action = self._row_of[answer.booking], self.offers.index(answer.offer)
        self.answers.append(answer)
        self._answered[row] = answer.word
        if self._on_phone is not None and self._on_phone != row:
            self._close(self._on_phone)
        self._on_phone = None
        if answer.word == "no":
            self._on_phone = row
            early, late = answer.offer
            as_much = (self.offers.pickup <= early) & (self.offers.dropoff >= late)
            self._open[row] &= ~as_much
            self._open[row, self.offers.no_shift] = True
        else:
            self._close(row)
        if answer.word == "yes":
            self.agreed[row] = action
        if answer.word != "unreached":
            self.chances.learn(row, action, accepted=answer.word == "yes")
        self.plan = next_plan(
            self._problem(), self.plan, row, self._effort.again, self.settings.seed
        )

    def _close(self, row: int) -> None:
        self._open[row] = False
        self._open[row, self.offers.no_shift] = True

    def _problem(self) -> CallProblem:
        goodwill = self.service.settings.goodwill
        chance = self.chances.accept()
        return CallProblem(
            day=self.day,
            offers=self.offers,
            allowed=self._open & (chance >= LEAST_CHANCE),
            chance=chance,
            price=round(goodwill.minute),
            question=round(goodwill.question),
            calls=max(0, self.settings.most - self.called),
            on_phone=self._on_phone,
        )

    def _refusal(self, answer: Answer) -> str | None:
        row = self._row_of.get(answer.booking)
        if row is None:
            other = next((one for one in self.bookings if _alike(one, answer.booking)), None)
            meant = f"; did you mean {other}?" if other else ""
            return f"is not booked on {self.booked.date}{meant}"
        if self._answered.get(row) == "yes":
            return "has said yes before; one answer after it would undo what was promised"
        if answer.offer is None:
            on_sheet = [self.bookings[one.request] for one in self.calls]
            if answer.booking in on_sheet:
                return None
            few = ", ".join(on_sheet[:_FEW_SHOWN]) + (", …" if len(on_sheet) > _FEW_SHOWN else "")
            return (
                f"is not on the sheet, which has {few or 'no call left'}; if it was asked all the "
                "same, say what for: pickup_shift_min and dropoff_shift_min"
            )
        if answer.offer not in self.offers.pairs or answer.offer == (0, 0):
            return f"was asked for {answer.offer}, which is none of the offers of service.toml"
        if not self._askable[row, self.offers.index(answer.offer)]:
            return (
                f"can't be asked for {answer.offer}: it is past an appointment, or more than an "
                "hour from the time asked for"
            )
        return None


def _alike(one: str, other: str) -> bool:
    return one.casefold().lstrip("0") == other.casefold().lstrip("0")
