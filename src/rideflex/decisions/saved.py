"""Saved decision tables: one versioned file, mapped into memory; and one kept beside a CSV."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy.typing as npt

from rideflex.decisions.compiler import Compiled
from rideflex.decisions.contexts import Contexts
from rideflex.decisions.report import CompileReport
from rideflex.decisions.vocabulary import Vocabulary
from rideflex.errors import DataError
from rideflex.offers import OfferGrid
from rideflex.storage.array_file import load_arrays, refusing_damage, save_arrays
from rideflex.storage.texts import text_arrays, texts_of
from rideflex.tables.columns import CONTEXT, TEXTS
from rideflex.tables.ids import IdCodes

KIND = "decision table"
VERSION = 1
CACHE_SUFFIX = ".rideflex"
# A table that was kept by a release that read cells otherwise (007 as 7) is compiled again.
_READER = 2

logger = logging.getLogger(__name__)


def save_compiled(
    compiled: Compiled, path: str | Path, source: Mapping[str, Any] | None = None
) -> None:
    """Write a table to one file; `source` says what it was compiled from."""
    contexts = compiled.contexts
    arrays: dict[str, npt.NDArray[Any]] = {
        "masks": compiled.masks,
        "known": compiled.known,
        "travelers": contexts.travelers,
        "words": contexts.words,
        "slots": contexts.slots,
    }
    for name, vocabulary in zip(TEXTS, contexts.vocabularies, strict=True):
        arrays |= text_arrays(name, vocabulary.words)
    if names := contexts.ids.names:
        arrays |= text_arrays(CONTEXT[0], names)
    meta = {
        "types": compiled.types,
        "offers": compiled.offers.pairs,
        "signed": compiled.signed,
        "report": asdict(compiled.report),
        "source": source,
    }
    save_arrays(path, KIND, VERSION, arrays, meta)


def load_compiled(path: str | Path) -> tuple[Compiled, Mapping[str, Any] | None]:
    """Map a saved table into memory; returns it and what it was compiled from.

    Raises
    ------
    DataError
        If the file is missing, truncated, foreign or of another version.
    """
    arrays, meta = load_arrays(path, KIND, VERSION)
    with refusing_damage(path):
        return _restored(arrays, meta), meta["source"]


def _restored(arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> Compiled:
    contexts = Contexts(
        tuple(Vocabulary(texts_of(name, arrays)) for name in TEXTS),
        arrays["travelers"],
        arrays["words"],
        arrays["slots"],
        IdCodes(texts_of(CONTEXT[0], arrays)),
    )
    return Compiled(
        types=tuple(meta["types"]),
        offers=OfferGrid.from_pairs(meta["offers"]),
        signed=meta["signed"],
        contexts=contexts,
        masks=arrays["masks"],
        known=arrays["known"],
        report=CompileReport(**meta["report"]),
    )


def cached(path: Path, settings: str, compile_it: Callable[[], Compiled]) -> Compiled:
    """Load the table kept beside a file, or compile it and keep it there.

    It is compiled again when the file or the settings are others than those it was made from, or
    when what is kept can't be read.
    """
    keep = path.with_name(path.name + CACHE_SUFFIX)
    try:
        state = path.stat()
    except OSError:
        return compile_it()
    source = {
        "bytes": state.st_size,
        "modified_ns": state.st_mtime_ns,
        "changed_ns": state.st_ctime_ns,
        "settings": settings,
        "reader": _READER,
    }
    if keep.exists():
        try:
            compiled, kept_source = load_compiled(keep)
        except DataError as error:
            logger.warning("%s; compiling %s again", error, path)
        else:
            if kept_source == source:
                return compiled
            logger.info("%s has changed since %s was made; compiling it again", path, keep)
    compiled = compile_it()
    try:
        save_compiled(compiled, keep, source)
    except DataError as error:
        logger.warning("the compiled table can't be kept: %s", error)
    return compiled
