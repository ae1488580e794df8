"""What contract checks expect, told in one line where it is not met; without a test framework."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

Subject = TypeVar("Subject")
Check = Callable[[Subject, Path], None]


def expect(condition: object, promise: str) -> None:
    """Fail where a promise of the contract is broken.

    Raises
    ------
    AssertionError
        With the promise.
    """
    if not condition:
        raise AssertionError(promise)


def expect_error(
    kind: type[Exception], pattern: str, call: Callable[[], object], promise: str
) -> None:
    """Fail unless a call raises this kind of error, with such a message.

    Raises
    ------
    AssertionError
        With the promise, and what happened instead.
    """
    try:
        call()
    except kind as error:
        expect(re.search(pattern, str(error)), f"{promise}; the message was: {error}")
    except Exception as error:
        raise AssertionError(f"{promise}; it was {type(error).__name__}: {error}") from error
    else:
        raise AssertionError(f"{promise}; nothing was raised")


def run_checks(subject: Subject, checks: Sequence[Check[Subject]]) -> None:
    """Run all checks, each with an empty folder of its own.

    Raises
    ------
    AssertionError
        If any fails; it names every one that did, and what was promised.
    """
    broken = []
    for check in checks:
        with TemporaryDirectory() as folder:
            try:
                check(subject, Path(folder))
            except Exception as error:
                broken.append((check, error))
    if broken:
        lines = (f"- {check.__name__}: {error}" for check, error in broken)
        raise AssertionError(
            f"{len(broken)} of {len(checks)} checks failed:\n" + "\n".join(lines)
        ) from broken[0][1]
