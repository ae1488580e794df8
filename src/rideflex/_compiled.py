"""The one place where kernels are handed to Numba."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

logger = logging.getLogger(__name__)

uncached: list[str] = []
"""Names of the kernels whose machine code can't be kept on disk."""


def compiled(*, parallel: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a kernel at its first call and keep the machine code on disk.

    The GIL is released while it runs. With `parallel`, `numba.prange` loops use every core. Where
    no folder for the machine code can be written to, the kernel is compiled in every process
    again; `uncached` names such kernels, and the log tells of the first.
    """

    def wrap(kernel: Kernel) -> Kernel:
        try:
            made = numba.njit(cache=True, nogil=True, parallel=parallel)(kernel)
        except RuntimeError as error:
            if "no locator" not in str(error):
                raise
            if not uncached:
                logger.warning(
                    "machine code can't be kept on disk, so every start compiles it again; name a "
                    "folder that can be written to in NUMBA_CACHE_DIR"
                )
            uncached.append(kernel.__name__)
            made = numba.njit(nogil=True, parallel=parallel)(kernel)
        return cast("Kernel", made)

    return wrap
