"""Weights in PyTorch files that carry a checksum; `torch.load` reads them as well."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from rideflex.storage.atomic import refusal
from rideflex.storage.checksum import read_sealed, write_sealed


def save_weights(path: str | Path, weights: Mapping[str, Any]) -> None:
    """Write a state dict, or a dict of them, to a file that is whole or not there.

    Raises
    ------
    DataError
        If the file can't be written.
    """
    content = io.BytesIO()  # PyTorch tells a full disk as an error of its own, without the cause
    torch.save(weights, content)
    write_sealed(path, content.getvalue())


def load_weights(path: str | Path, map_location: Any = None) -> dict[str, Any]:
    """Read what `save_weights`, or `torch.save`, wrote, without unpickling anything but tensors.

    Of a file without a checksum of ours the archive's own are looked at, which `torch.load` leaves.

    Raises
    ------
    DataError
        If the file is missing or damaged, or holds no state dict.
    """
    content = io.BytesIO(read_sealed(path))
    try:
        if zipfile.is_zipfile(content):
            with zipfile.ZipFile(content) as archive:
                damaged = archive.testzip() is not None
        else:
            damaged = False
        content.seek(0)
        weights = {} if damaged else torch.load(content, map_location, weights_only=True)
    except Exception as error:  # a damaged file can trip its readers in any way
        raise refusal(path, f"is damaged, or holds no weights ({type(error).__name__})") from None
    if damaged:
        raise refusal(path, "is damaged: its content does not match its checksum")
    if not isinstance(weights, dict):
        raise refusal(path, f"holds a {type(weights).__name__}, not the weights of a network")
    return weights
