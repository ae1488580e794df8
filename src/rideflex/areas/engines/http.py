"""Asking an engine over HTTP; what keeps it from answering is said in one line."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from rideflex.areas.engines.question import Question
from rideflex.errors import RideflexError, UsageError

_SHOWN_CHARACTERS = 60
# An engine stands on this machine or beside it; a proxy is for what lies beyond.
_OPENER = build_opener(ProxyHandler({}))


class EngineError(RideflexError):
    """An engine can't be reached, or answers nothing that can be used."""


def checked_url(url: str) -> str:
    """Return the address of an engine without a slash at its end.

    Raises
    ------
    UsageError
        If it is no http or https address.

    Examples
    --------
    >>> checked_url("http://localhost:5000/")
    'http://localhost:5000'
    """
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_address = is_address and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        is_address = False
    if not is_address or not url.isascii() or " " in url:
        raise UsageError(f"{url!r} is no address of an engine, such as http://localhost:5000")
    return url.rstrip("/")


def fetch_json(name: str, url: str, question: Question, timeout: float) -> Any:
    """Ask, and return what the JSON of the answer holds, be it an error's.

    Parameters
    ----------
    name, url
        The engine's, for what is said when it does not answer.
    question
        What it is asked.
    timeout
        Seconds to wait for the answer.

    Raises
    ------
    EngineError
        If it can't be reached, or answers no JSON.
    """
    headers = {} if question.body is None else {"Content-Type": "application/json"}
    request = Request(f"{url}/{question.path}", question.body, headers)
    status = "HTTP 200"
    try:
        try:
            with _OPENER.open(request, timeout=timeout) as response:
                body = response.read()
        except HTTPError as error:
            status = f"HTTP {error.code}"
            body = error.read()
    except (OSError, http.client.HTTPException) as error:
        raise EngineError(_unreached(name, url, timeout, error)) from None
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        begin = body[:_SHOWN_CHARACTERS].decode("utf-8", "replace")
        raise EngineError(
            f"{name} at {url} answered no JSON ({status}, {begin!r}): is that its address?"
        ) from None


def _unreached(name: str, url: str, timeout: float, error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return (
            f"{name} at {url} did not answer within {timeout:g} s; wait longer with --timeout, or "
            "ask for fewer places at once with --block"
        )
    said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return f"{name} at {url} can't be reached ({said}): does it run, and is that its address?"
