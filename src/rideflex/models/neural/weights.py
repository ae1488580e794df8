"""State dicts in PyTorch files."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rideflex.storage.atomic import refusal, replacing


def save_weights(network: nn.Module, path: str | Path) -> None:
    """Write a state dict to a file that is whole or not there.

    Raises
    ------
    DataError
        If the file can't be written.
    """
    with replacing(path) as beside:
        torch.save(network.state_dict(), beside)


def read_weights(path: str | Path, map_location: Any = None) -> dict[str, Any]:
    """Read a state dict, without unpickling anything but tensors.

    PyTorch's files are archives with a checksum of every part, which `torch.load` doesn't look at.

    Raises
    ------
    DataError
        If the file is missing or damaged, or holds no state dict.
    """
    try:
        damaged = zipfile.is_zipfile(path) and _first_damaged_part(path) is not None
        state = {} if damaged else torch.load(path, map_location=map_location, weights_only=True)
    except FileNotFoundError:
        raise refusal(path, "there is no such file") from None
    except Exception as error:  # a damaged file can trip its readers in any way
        raise refusal(path, f"is damaged, or holds no weights ({type(error).__name__})") from None
    if damaged:
        raise refusal(path, "is damaged: its content does not match its checksum")
    if not isinstance(state, dict):
        raise refusal(path, f"holds a {type(state).__name__}, not the weights of a network")
    return state


def _first_damaged_part(path: str | Path) -> str | None:
    with zipfile.ZipFile(path) as archive:
        return archive.testzip()
