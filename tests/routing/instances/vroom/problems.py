"""A small problem of VROOM's, made here, and the files of others like it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

# Two rides along a line of places that are 600 s apart, out and back: 0, 1, 2, 3.
SMALL: dict[str, Any] = {
    "vehicles": [
        {
            "id": 7,
            "description": "bus",
            "start_index": 0,
            "end_index": 0,
            "capacity": [2, 1],
            "time_window": [0, 9000],
        }
    ],
    "shipments": [
        {
            "amount": [1, 0],
            "pickup": {"id": 10, "location_index": 1, "service": 60, "time_windows": [[0, 3000]]},
            "delivery": {"id": 20, "location_index": 3, "service": 60},
        },
        {
            "amount": [1, 1],
            "pickup": {"id": 11, "location_index": 2, "service": 60, "description": "Ann"},
            "delivery": {"id": 21, "location_index": 3, "time_windows": [[0, 8000]]},
        },
    ],
    "matrices": {
        "car": {
            "durations": [
                [0, 600, 1200, 1800],
                [600, 0, 600, 1200],
                [1200, 600, 0, 600],
                [1800, 1200, 600, 0],
            ]
        }
    },
}


def changed(**paths: Any) -> dict[str, Any]:
    """Return the small problem with values put at paths, such as vehicles__0__id; None removes."""
    problem = copy.deepcopy(SMALL)
    for path, value in paths.items():
        at: Any = problem
        *way, last = [int(word) if word.isdigit() else word for word in path.split("__")]
        for word in way:
            at = at[word]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return problem


def written(folder: Path, content: Any) -> Path:
    """Write a problem or a solution, or any text."""
    path = folder / "problem.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path
