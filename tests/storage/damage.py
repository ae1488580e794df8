"""Damage done to saved files, and files as release 0.1 wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path


def flipped(whole: bytes, bits: Iterable[int]) -> Iterator[bytes]:
    """The content with one bit turned round, for each of these bits."""
    for bit in bits:
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        yield bytes(content)


def in_release_0_1_layout(path: Path) -> bytes:
    """The content of a saved file in the layout of release 0.1, which had no checksums."""
    whole = path.read_bytes()
    end = 20 + int.from_bytes(whole[8:16], "little")
    header = json.loads(whole[20:end])
    del header["crc32"]
    raw = json.dumps(header).encode()
    head = b"RIDEFLEX" + len(raw).to_bytes(8, "little") + raw
    return head.ljust(-(-len(head) // 64) * 64, b"\0") + whole[-(-end // 64) * 64 :]
