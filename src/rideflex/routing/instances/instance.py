"""What the readers of published instances share: the result, and files of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, Problem
from rideflex.routing.problem import ServiceDay

SCALE = 1000
_X, _Y = 1, 2
_FOREIGN = {
    b"{": "JSON, such as VROOM's",
    b"[": "JSON, such as VROOM's",
    b"PK": "a zip archive",
    b"NAME": "a text with named sections, such as Sartori and Buriol's or TSPLIB's",
    b"<": "XML",
}
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
        Where each zone lies [Z, 2].
    scale
        Ticks of the day's clock in one unit of the file.
    """

    name: str
    kind: str
    day: ServiceDay
    coordinates: npt.NDArray[np.float64]
    scale: int = SCALE


@dataclass(frozen=True)
class Row:
    """The numbers on one line of a file."""

    file: str
    line: int
    values: tuple[float, ...]

    def refuse(
        self, cause: str, column: str | None = None, value: float | None = None
    ) -> DataError:
        """Make the error that names this line."""
        return DataError(Problem(self.file, cause, row=self.line, column=column, value=value))


def read_rows(path: str | Path) -> list[Row]:
    """Read the lines of a file as numbers, blank lines left out.

    Raises
    ------
    DataError
        If the file is missing or empty, or something on a line is no number.
    """
    file = str(path)
    _check_format(Path(path))
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(Problem(file, "there is no such file")) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(Problem(file, f"can't be read as text ({error})")) from None
    rows = []
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if words:
            rows.append(Row(file, line, tuple(_number(file, line, word) for word in words)))
    if not rows:
        raise DataError(Problem(file, "is empty"))
    return rows


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
    """Raise DataError where a line does not have as many numbers as the format has columns."""
    for row in rows:
        if len(row.values) != len(columns):
            raise row.refuse(
                f"{what} has {len(columns)} numbers ({', '.join(columns)}), "
                f"and this line has {len(row.values)}"
            )


def _check_format(path: Path) -> None:
    """Name the formats of others that are no lines of numbers."""
    if not path.is_file():
        return
    with path.open("rb") as content:
        start = content.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, name in _FOREIGN.items():
        if start.upper().startswith(mark):
            raise DataError(
                Problem(
                    str(path),
                    f"is {name}; the formats read here are the text files of Cordeau "
                    "(dial-a-ride) and of Li and Lim (pick-up and delivery)",
                )
            )


def _number(file: str, line: int, word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise DataError(Problem(file, "is not a number", row=line, value=word))
    return number
