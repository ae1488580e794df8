"""What `rideflex route` reads and writes for VROOM."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from rideflex.cli.console import print_wrapped
from rideflex.errors import UsageError
from rideflex.storage.atomic import write_json

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.routing import ServiceDay, Solution
    from rideflex.routing.instances.vroom.names import VroomNames
    from rideflex.routing.instances.vroom.write_problem import Rule
    from rideflex.routing.picture import Map


@dataclass(frozen=True)
class VroomFiles:
    """Files of VROOM's, as far as they are named.

    Parameters
    ----------
    problem, solution
        To write: the day, and the routes that were found for it.
    without
        Rules that VROOM does not know and that the problem leaves out.
    """

    problem: Path | None
    solution: Path | None
    without: tuple[Rule, ...]

    @classmethod
    def of(cls, problem: Path | None, solution: Path | None, without: str) -> VroomFiles:
        """Check what an option names.

        Raises
        ------
        UsageError
            If a rule is none that can be left out, or there is no problem to leave it out of.
        """
        rules = read_rules(without)
        if rules and problem is None:
            raise UsageError("--vroom-without says what the file of --vroom leaves out: name one")
        return cls(problem, solution, rules)

    def write_problem(
        self, console: Console, day: ServiceDay, names: VroomNames | None, zones: Map | None
    ) -> None:
        """Write the day, where a file is named for it, and say what it leaves out.

        Raises
        ------
        UsageError
            If the day can't be expressed.
        """
        if self.problem is None:
            return
        from rideflex.routing.instances.vroom.write_problem import vroom_problem

        problem = vroom_problem(day, names, zones, self.without)
        write_json(self.problem, problem, indent=None)
        print_wrapped(console, f"Wrote {self.problem}: VROOM's routes come back with --compare.")
        if self.without:
            rules = " and the ".join(self.without).replace("-", " ")
            print_wrapped(
                console, f"note: {self.problem} leaves out the {rules}, which its routes may break."
            )
        if day.fleet.has_breaks:
            print_wrapped(
                console,
                "note: VROOM lets drivers rest under way; here they rest at a stop, and a route of "
                "VROOM's that can't be driven so is refused.",
            )

    def write_solution(
        self,
        console: Console,
        day: ServiceDay,
        solution: Solution,
        names: VroomNames | None,
        zones: Map | None,
    ) -> None:
        """Write the routes, where a file is named for them."""
        if self.solution is None:
            return
        from rideflex.routing.instances.vroom.write_solution import vroom_solution

        write_json(self.solution, vroom_solution(day, solution, names, zones))
        print_wrapped(console, f"Wrote {self.solution}.")


def read_rules(text: str) -> tuple[Rule, ...]:
    """Read names of rules separated by commas.

    Raises
    ------
    UsageError
        If one is none that can be left out.
    """
    from rideflex.routing.instances.vroom.write_problem import Rule

    known = {str(rule): rule for rule in get_args(Rule)}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"--vroom-without is of {', '.join(known)}, not {name!r}")
    return tuple(dict.fromkeys(known[name] for name in names))
