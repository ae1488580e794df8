"""What an update says: log lines that training scripts read, and where they go."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable

from rideflex.embedding.find_decisions import FoundDecisions

Report = Callable[[str], object]

_NAME = "rideflex.embedding"


class _Stdout(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard output is at the time, as `logging.lastResort` does to errors."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> object:
        """Where the next line goes."""
        return sys.stdout


_last_resort = _Stdout()


def log_line(line: str) -> None:
    """Log a line at INFO to `rideflex.embedding`; where no logging takes it, show it.

    A script that set up logging gets the lines there. One that did not sees them on standard
    output, as `logging.lastResort` shows warnings of programs that set up nothing. A level set on
    the logger `rideflex.embedding` or `rideflex` is always respected.
    """
    logger = logging.getLogger(_NAME)
    named = (logger, logging.getLogger("rideflex"))
    taken = logger.isEnabledFor(logging.INFO) and logger.hasHandlers()
    if taken or any(one.level for one in named):
        logger.info(line)
    else:
        _last_resort.handle(
            logger.makeRecord(_NAME, logging.INFO, __file__, 0, line, (), exc_info=None)
        )


def report_decisions(found: FoundDecisions, report: Report) -> None:
    """Say where the answers come from."""
    keys = found.table.report.keys
    if not found.from_file:
        return
    if found.seconds is not None:
        report(
            f"  [Embedding Dataset] Built lookup cache: {found.table.report.rows} rows → "
            f"{keys} unique keys in {found.seconds:.3f}s"
        )
    elif found.loaded:
        report(f"  [Embedding Dataset] Loaded lookup cache: {keys} unique keys")
    else:
        report(f"  [Embedding Dataset] Reusing lookup cache: {keys} unique keys")


def report_fallbacks(
    found: FoundDecisions, fallbacks: int, n_outcomes: int, report: Report, stacklevel: int = 3
) -> None:
    """Say how many outcomes the rules answered; where it is all of them, warn as well.

    `stacklevel` counts from here to the script's line, which the warning names.
    """
    if fallbacks < n_outcomes:
        if fallbacks:
            report(
                f"  [Embedding Dataset] [WARNING] No row for {fallbacks} of {n_outcomes} outcomes: "
                "the types' rules answer"
            )
        return
    if not n_outcomes:
        return
    if not found.named:
        cause = (
            "No decisions found: name them with decisions=…, RIDEFLEX_DECISIONS or "
            "traveler_decisions_augmented.csv in the working directory or beside the script"
        )
    elif found.from_file:
        cause = (
            "The decisions have no row for any outcome (are ids, places and time windows spelt as "
            "there?)"
        )
    else:
        cause = "The decision table that was given has no row"
    report(
        f"  [Embedding Dataset] [WARNING] {cause}; the types' rules answer all {n_outcomes} "
        "outcomes"
    )
    if found.named and not found.from_file:
        return  # whoever hands in an empty table means the rules
    warnings.warn(
        f"{cause}; the types' rules answer for every outcome, so what is learned is what the rules "
        "make of the answers",
        UserWarning,
        stacklevel=stacklevel,
    )
