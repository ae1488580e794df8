"""The one place where kernels are handed to Numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(*, parallel: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a kernel at its first call and keep the machine code on disk.

    The GIL is released while it runs. With `parallel`, `numba.prange` loops use every core.
    """
    return cast("Callable[[Kernel], Kernel]", numba.njit(cache=True, nogil=True, parallel=parallel))
