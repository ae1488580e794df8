"""`python -m rideflex`, and the `rideflex` command."""

from __future__ import annotations

import signal
import sys
from types import FrameType

INTERRUPTED = 130
_seen: list[int] = []


def main() -> None:
    """Run the command line; an interrupt at any time ends it in one line, with exit code 130."""
    signal.signal(signal.SIGINT, _interrupt)
    try:
        from rideflex.cli.app import main as run

        run()
    except KeyboardInterrupt:
        _end()
    except Exception:
        if _seen:  # an import that was interrupted can fail in any way
            _end()
        raise


def _interrupt(number: int, frame: FrameType | None) -> None:
    _seen.append(number)
    signal.default_int_handler(number, frame)


def _end() -> None:
    print("rideflex: interrupted", file=sys.stderr)  # noqa: T201 - nothing else may be there yet
    # An interrupt that passed through `exec`, as in the making of a dataclass, leaves a mark by
    # which Python ends itself with the signal whatever the exit code; the next `exec` removes it.
    exec("")
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
