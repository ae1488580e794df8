"""What the readers of published instances share: the result, and files of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, Problem
from rideflex.routing.instances.vroom.names import VroomNames
from rideflex.routing.picture import Map
from rideflex.routing.problem import ServiceDay

FORMATS = (
    "the texts of Cordeau (dial-a-ride), of Li and Lim and of Sartori and Buriol (pick-up and "
    "delivery), and VROOM's JSON"
)
SCALE = 1000
_X, _Y = 1, 2
_FOREIGN = {b"PK": "a zip archive", b"<": "XML", b"\x1f\x8b": "a gzip archive"}
_FARTHEST = np.iinfo(np.int32).max / SCALE


@dataclass(frozen=True)
class Instance:
    """A service day from a file whose times and distances are decimal numbers.

    Parameters
    ----------
    name
        The file's name.
    kind
        The format it was written in.
    day
        The service day, with every time in thousandths of the file's unit.
    coordinates
        Where each zone lies [Z, 2]: x and y, or latitude and longitude; None if it is not told.
    scale
        Ticks of the day's clock in one unit of the file.
    unit
        What the file counts in, as costs are told.
    geographic
        Whether coordinates are latitudes and longitudes.
    notes
        What the day takes differently from the file, to be told to whoever plans it.
    names
        What VROOM's files call its stops and vehicles, where the file is one.
    """

    name: str
    kind: str
    day: ServiceDay
    coordinates: npt.NDArray[np.float64] | None
    scale: int = SCALE
    unit: str = "units"
    geographic: bool = False
    notes: tuple[str, ...] = ()
    names: VroomNames | None = None

    @property
    def map(self) -> Map | None:
        """Where the zones lie, as pictures ask for it."""
        return None if self.coordinates is None else Map(self.coordinates, self.geographic)


@dataclass(frozen=True)
class _Place:
    file: str
    line: int

    def problem(self, cause: str, column: str | None = None, value: Any = None) -> Problem:
        """Name what is wrong on this line."""
        return Problem(self.file, cause, row=self.line, column=column, value=value)

    def refuse(self, cause: str, column: str | None = None, value: Any = None) -> DataError:
        """Make the error that names this line."""
        return DataError(self.problem(cause, column, value))


@dataclass(frozen=True)
class Row(_Place):
    """The numbers on one line of a file."""

    values: tuple[float, ...]


@dataclass(frozen=True)
class Line(_Place):
    """One line of a file that is not blank, and its words."""

    text: str
    words: Sequence[str]


def read_lines(path: str | Path) -> list[Line]:
    """Read the lines of a file, blank lines left out.

    Raises
    ------
    DataError
        If the file is missing or empty, or holds no text.
    """
    file = str(path)
    start = first_bytes(path)
    for mark, name in _FOREIGN.items():
        if start.startswith(mark):
            raise DataError(Problem(file, f"is {name}; the formats read here are {FORMATS}"))
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(Problem(file, f"can't be read as text ({error})")) from None
    lines = [
        Line(file, place, content, content.split())
        for place, content in enumerate(text.splitlines(), start=1)
        if content.strip()
    ]
    if not lines:
        raise DataError(Problem(file, "is empty"))
    return lines


def first_bytes(path: str | Path) -> bytes:
    """Return how a file begins, which tells its format, after what is blank.

    Raises
    ------
    DataError
        If it is missing or can't be read.
    """
    try:
        with Path(path).open("rb") as content:
            return content.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").upper()
    except FileNotFoundError:
        raise DataError(Problem(str(path), "there is no such file")) from None
    except OSError as error:
        raise DataError(Problem(str(path), f"can't be read ({error.strerror})")) from None


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Return lines as numbers.

    Raises
    ------
    DataError
        If something on a line is no number; it carries every such word.
    """
    problems = [
        line.problem("is not a number", value=word)
        for line in lines
        for word in line.words
        if not np.isfinite(_number(word))
    ]
    if problems:
        raise DataError(problems)
    return [Row(line.file, line.line, tuple(map(_number, line.words))) for line in lines]


def read_rows(path: str | Path) -> list[Row]:
    """Read the lines of a file as numbers, blank lines left out.

    Raises
    ------
    DataError
        If the file is missing or empty, or something on a line is no number.
    """
    return rows_of(read_lines(path))


def check_extent(nodes: Sequence[Row]) -> None:
    """Raise DataError where nodes lie too far apart for distances in thousandths to fit 32 bits.

    The second and third number of every line are its coordinates, in both formats.
    """
    placed = [node for node in nodes if len(node.values) > _Y]
    places = np.array([node.values[_X : _Y + 1] for node in placed])
    if len(places) and np.hypot(*np.ptp(places, axis=0)) > _FARTHEST:
        away = np.hypot(*(places - np.median(places, axis=0)).T)
        raise placed[int(away.argmax())].refuse(
            f"its coordinates are too far from the others': distances up to {_FARTHEST:,.0f} "
            "units can be held; is the depot at 0, 0 beside coordinates in metres?"
        )


def distances(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Euclidean distances [Z, Z] in thousandths, as both formats measure driving."""
    apart = coordinates[:, None] - coordinates[None]
    lengths = np.hypot(apart[..., 0], apart[..., 1])
    return np.asarray(np.rint(SCALE * lengths), dtype=np.int32)


def scaled(values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return times in thousandths of the file's unit."""
    return np.rint(SCALE * np.asarray(values, dtype=np.float64)).astype(np.int64)


def check_columns(rows: list[Row], columns: tuple[str, ...], what: str) -> None:
    """Raise DataError of all lines that do not have as many numbers as the format has columns."""
    problems = [
        row.problem(
            f"{what} has {len(columns)} numbers ({', '.join(columns)}), "
            f"and this line has {len(row.values)}"
        )
        for row in rows
        if len(row.values) != len(columns)
    ]
    if problems:
        raise DataError(problems)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")
