"""Blocks of equal rows in several files: exports that overlap."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.logs.row_hashes import Hashes, scrambled

BLOCK_ROWS = 5
EDGE_ROWS = 3  # where one file ends as another begins chance has one place only, so fewer will do
_MOST_HELD = 1 << 22
_NEXT_ROW = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Overlap:
    """Rows of a file that stand in an earlier file too, one after the other.

    Parameters
    ----------
    earlier, later
        The files.
    rows
        Rows of the later file that stand in such blocks.
    exact
        Whether the rows were counted; otherwise they are extrapolated from a sample.
    """

    earlier: Path
    later: Path
    rows: int
    exact: bool = True


@dataclass
class _Seen:
    """What is remembered of a file: both edges, and while it is read where its blocks are."""

    file: Path
    rows: int = 0
    first: list[int] = field(default_factory=list)
    last: Hashes = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    windows: list[Hashes] = field(default_factory=list)
    matched: dict[int, int] = field(default_factory=dict)
    last_start: dict[int, int] = field(default_factory=dict)


class BlockFinder:
    """Finds blocks of rows that stand in two files.

    Every run of five rows is hashed. Of more than `most_held` runs a sample is remembered, so that
    the memory needed is bounded: then short blocks may be missed, and long ones are found.

    Parameters
    ----------
    most_held
        Hashes that are remembered at most, of 12 bytes each.
    """

    def __init__(self, most_held: int = _MOST_HELD) -> None:
        self._most_held = most_held
        self._held = np.empty(0, dtype=np.uint64)
        self._holder = np.empty(0, dtype=np.int32)
        self._level = 0
        self._files: list[_Seen] = []
        self.overlaps: list[Overlap] = []

    def begin(self, file: Path) -> None:
        """Begin a file."""
        self._files.append(_Seen(file))

    def add(self, hashes: Hashes) -> None:
        """Take the next rows of the file by their hashes."""
        seen = self._files[-1]
        run = np.concatenate([seen.last, hashes])
        if len(run) >= BLOCK_ROWS:
            windows = _windows(run)
            starts = seen.rows - len(seen.last) + np.arange(len(windows))
            held = self._sampled(windows)
            self._match(seen, windows[held], starts[held])
            seen.windows.append(windows[held])
            self._bound(seen)
        seen.first += hashes[: BLOCK_ROWS - 1 - len(seen.first)].tolist()
        seen.last = run[1 - BLOCK_ROWS :]
        seen.rows += len(hashes)

    def end(self) -> None:
        """End the file: its overlaps with earlier ones are known."""
        seen = self._files[-1]
        for number, earlier in enumerate(self._files[:-1]):
            rows, exact = seen.matched.get(number, 0), self._level == 0
            if not rows:
                rows, exact = _at_edges(earlier, seen), True
            if rows:
                rows = min(rows, seen.rows)
                self.overlaps.append(Overlap(earlier.file, seen.file, rows, exact))
        new = np.unique(np.concatenate([self._held[:0], *seen.windows]))
        new = new[~np.isin(new, self._held)]
        places = np.searchsorted(self._held, new)
        self._held = np.insert(self._held, places, new)
        self._holder = np.insert(self._holder, places, len(self._files) - 1)
        seen.windows.clear()

    def _sampled(self, windows: Hashes) -> npt.NDArray[np.bool_]:
        held: npt.NDArray[np.bool_] = (windows & np.uint64((1 << self._level) - 1)) == 0
        return held

    def _match(self, seen: _Seen, windows: Hashes, starts: npt.NDArray[np.int64]) -> None:
        if not len(self._held):
            return
        at = np.minimum(np.searchsorted(self._held, windows), len(self._held) - 1)
        found = self._held[at] == windows
        holders, starts = self._holder[at[found]], starts[found]
        for number in np.unique(holders).tolist():
            begun = starts[holders == number]
            gaps = np.diff(begun, prepend=seen.last_start.get(number, -BLOCK_ROWS))
            rows = (
                np.minimum(gaps, BLOCK_ROWS).sum() if not self._level else len(begun) << self._level
            )
            seen.matched[number] = seen.matched.get(number, 0) + int(rows)
            seen.last_start[number] = int(begun[-1])

    def _bound(self, seen: _Seen) -> None:
        while len(self._held) + sum(map(len, seen.windows)) > self._most_held:
            self._level += 1
            held = self._sampled(self._held)
            self._held, self._holder = self._held[held], self._holder[held]
            seen.windows = [windows[self._sampled(windows)] for windows in seen.windows]


def _windows(run: Hashes) -> Hashes:
    """Hash each run of five rows."""
    n = len(run) - BLOCK_ROWS + 1
    total = np.zeros(n, dtype=np.uint64)
    for at in range(BLOCK_ROWS):
        total = total * _NEXT_ROW + run[at : at + n]
    return scrambled(total)


def _at_edges(earlier: _Seen, later: _Seen) -> int:
    """Rows with which one file ends and the other begins, if they are few but enough."""
    for rows in range(BLOCK_ROWS - 1, EDGE_ROWS - 1, -1):
        for one, other in ((earlier, later), (later, earlier)):
            end, begin = one.last[-rows:].tolist(), other.first[:rows]
            if len(begin) == rows and end == begin:
                return rows
    return 0
