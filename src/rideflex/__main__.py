"""`python -m rideflex`, and the `rideflex` command."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
_seen: list[int] = []


def main() -> None:
    """Run the command line; an interrupt at any time ends it in one line, with exit code 130."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        from rideflex.cli.app import main as run

        run()
    except SystemExit as end:
        if _seen and end.code == INTERRUPTED:
            _leave()
        raise
    except KeyboardInterrupt:
        _end()
    except Exception:
        if _seen:  # an import that was interrupted can fail in any way
            _end()
        raise


def _interrupt(number: int, frame: FrameType | None) -> None:
    _seen.append(number)
    signal.default_int_handler(number, frame)


def _end() -> NoReturn:
    print("rideflex: interrupted", file=sys.stderr)  # noqa: T201 - nothing else may be there yet
    _leave()


def _leave() -> NoReturn:
    # What was begun has been undone on the way here. The interpreter is not asked to end itself:
    # where an interrupt passed through `exec`, as in an import, it would end with the signal.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
