"""What an engine is asked: a path below its address, and what is sent along."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question to an engine; a body is JSON, and is posted."""

    path: str
    body: bytes | None = None
