"""Objects of a JSON file, read field by field, with every problem named by its path."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from rideflex.errors import DataError, Problem

LARGEST = (1 << 32) - 1
"""The largest number that VROOM reads: 32 bits without a sign."""


class Unread(NamedTuple):
    """A key that can't be expressed here, unless its value says nothing.

    Parameters
    ----------
    cause
        Why it is refused.
    neutral
        Values that change nothing.
    """

    cause: str
    neutral: tuple[Any, ...] = ()


class Fields:
    """One object of a file.

    What is wrong with a field is noted, and a harmless value returned in its place, so that one
    reading finds every problem; `raise_problems` ends it.

    Parameters
    ----------
    file
        Name of the file.
    path
        Where the object stands in it, such as `shipments[3].pickup`.
    content
        Its keys and values.
    problems
        Shared by all objects of the file, and added to.
    """

    def __init__(
        self, file: str, path: str, content: Mapping[str, Any], problems: list[Problem]
    ) -> None:
        self.file, self.path, self.content, self.problems = file, path, content, problems

    @classmethod
    def read(cls, path: str | Path) -> Fields:
        """Read the object that a file holds.

        Raises
        ------
        DataError
            If the file is missing, is no JSON or no object, or names a key twice.
        """
        file = str(path)
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise DataError(Problem(file, "there is no such file")) from None
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(Problem(file, f"can't be read as text ({error})")) from None
        try:
            content = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            cause = f"is not JSON: {error.msg} (at character {error.colno} of the row)"
            raise DataError(Problem(file, cause, row=error.lineno)) from None
        except (ValueError, RecursionError) as error:
            raise DataError(Problem(file, f"is not JSON: {error}")) from None
        if not isinstance(content, dict):
            kind = _kind(content)
            raise DataError(Problem(file, f"holds {kind}, and VROOM's files hold an object"))
        return cls(file, "", content, [])

    def at(self, key: str) -> str:
        """Path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, cause: str, key: str | None = None) -> None:
        """Note a problem of a field, with its value if that is short, or of the object."""
        where = (self.path or None) if key is None else self.at(key)
        value = None if key is None else self.content.get(key)
        shown = value if not isinstance(value, list | dict) or len(str(value)) < 60 else None
        self.problems.append(Problem(self.file, cause, column=where, value=shown))

    def raise_problems(self) -> None:
        """End the reading where anything was wrong.

        Raises
        ------
        DataError
            It carries every problem.
        """
        if self.problems:
            raise DataError(self.problems)

    def only(self, known: Collection[str], unread: Mapping[str, Unread]) -> None:
        """Refuse every key that is not known, and those not read whose value says something."""
        for key, value in self.content.items():
            if key in unread:
                if not any(
                    value == one and type(value) is type(one) for one in unread[key].neutral
                ):
                    self.refuse(unread[key].cause, key)
            elif key not in known:
                meant = get_close_matches(key, [*known, *unread], 1)
                hint = f"; is {meant[0]} meant?" if meant else f"; known are {', '.join(known)}"
                self.refuse(f"is no key of VROOM's here{hint}", key)

    def whole(self, key: str, default: int | None = None, most: int = LARGEST) -> int:
        """Return a whole number from 0; one without a default must be there."""
        if key not in self.content:
            if default is None:
                self.refuse("is missing", key)
            return default or 0
        value = self.content[key]
        if not _is_whole(value, most):
            self.refuse(f"is a whole number from 0 to {most:,} in VROOM, not {_kind(value)}", key)
            return default or 0
        return int(value)

    def wholes(self, key: str, most: int = LARGEST) -> tuple[int, ...] | None:
        """Return a list of whole numbers from 0, or None where it is not given."""
        value = self.content.get(key)
        if value is None and key not in self.content:
            return None
        if not isinstance(value, list) or not all(_is_whole(one, most) for one in value):
            self.refuse(f"is a list of whole numbers from 0 to {most:,}", key)
            return None
        return tuple(value)

    def window(self, key: str) -> tuple[int, int] | None:
        """Return a pair of times in order, or None where it is not given."""
        pair = self.wholes(key)
        return None if pair is None else self.in_order(pair, key)

    def in_order(self, pair: tuple[int, ...], key: str) -> tuple[int, int] | None:
        """Return a time window, or None with a problem where it is none."""
        if len(pair) != 2:
            self.refuse(f"is a time window, start and end, and not {len(pair)} numbers", key)
            return None
        if pair[0] > pair[1]:
            self.refuse("ends before it starts", key)
            return None
        return pair[0], pair[1]

    def one_window(self, key: str) -> tuple[int, int] | None:
        """Return the only window of a list of them, or None where none is given."""
        if key not in self.content:
            return None
        value = self.content[key]
        if not isinstance(value, list) or not all(
            isinstance(one, list) and all(_is_whole(at, LARGEST) for at in one) for one in value
        ):
            self.refuse("is a list of time windows, such as [[28800, 30600]]", key)
        elif len(value) != 1:
            cause = (
                "is empty: VROOM refuses that too" if not value else "a stop has one window here"
            )
            self.refuse(cause, key)
        else:
            return self.in_order(tuple(value[0]), key)
        return None

    def text(self, key: str) -> str | None:
        """Return a text, or None where it is not given."""
        value = self.content.get(key)
        if value is not None and not isinstance(value, str):
            self.refuse(f"is a text, not {_kind(value)}", key)
            return None
        return value

    def place(self, key: str) -> tuple[float, float] | None:
        """Return a pair of degrees as (latitude, longitude), or None where it is not given."""
        if key not in self.content:
            return None
        value = self.content[key]
        if (
            not isinstance(value, list)
            or len(value) != 2
            or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value)
        ):
            self.refuse("is [longitude, latitude]", key)
            return None
        return float(value[1]), float(value[0])

    def object(self, key: str) -> Fields:
        """Return an object that must be there; an empty one where it is not."""
        value = self.content.get(key)
        if not isinstance(value, dict):
            self.refuse("is missing" if key not in self.content else "is an object", key)
            value = {}
        return Fields(self.file, self.at(key), value, self.problems)

    def objects(self, key: str, needed: bool = False) -> list[Fields]:
        """Return a list of objects; one that is needed must hold some."""
        value = self.content.get(key, [])
        if not isinstance(value, list):
            self.refuse(f"is a list of objects, not {_kind(value)}", key)
            return []
        if needed and not value:
            self.refuse("is missing" if key not in self.content else "is empty", key)
        found = []
        for place, one in enumerate(value):
            path = f"{self.at(key)}[{place}]"
            if isinstance(one, dict):
                found.append(Fields(self.file, path, one, self.problems))
            else:
                cause = f"is an object, not {_kind(one)}"
                self.problems.append(Problem(self.file, cause, column=path))
        return found


def _is_whole(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "null" if value is None else f"the number {value}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"an object has the key {key!r} twice")
        found[key] = value
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON's")
