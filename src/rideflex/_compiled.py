"""The one place where kernels are handed to Numba."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

# Threads that wait at a barrier sleep, so that they leave the cores to whoever shares them. OpenMP
# reads this when it is loaded, so it is said before Numba is; what the user set stands.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numba

from rideflex.errors import UsageError

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

logger = logging.getLogger(__name__)

uncached: list[str] = []
"""Names of the kernels whose machine code can't be kept on disk."""


def compiled(*, parallel: bool = False) -> Callable[[Kernel], Kernel]:
    """Compile a kernel at its first call and keep the machine code on disk.

    The GIL is released while it runs. With `parallel`, `numba.prange` loops use every core, where
    there is a threading layer that bears calls from several threads. Where no folder for the
    machine code can be written to, the kernel is compiled in every process again; `uncached` names
    such kernels, and the log tells of the first.
    """

    def wrap(kernel: Kernel) -> Kernel:
        threads = parallel and _has_threads()
        try:
            made = numba.njit(cache=True, nogil=True, parallel=threads)(kernel)
        except RuntimeError as error:
            if "no locator" not in str(error):
                raise
            if not uncached:
                logger.warning(
                    "machine code can't be kept on disk, so every start compiles it again, which "
                    "takes half a minute; name a folder that can be written to in NUMBA_CACHE_DIR"
                )
            uncached.append(kernel.__name__)
            made = numba.njit(nogil=True, parallel=threads)(kernel)
        return cast("Kernel", made)

    return wrap


@cache
def _has_threads() -> bool:
    """Whether kernels may use several threads; chooses a layer that bears concurrent calls.

    Raises
    ------
    UsageError
        If the user asks for Numba's workqueue, which ends the process at concurrent calls.
    """
    config: Any = numba.config
    if "workqueue" in (config.THREADING_LAYER, config.THREADING_LAYER_PRIORITY[0]):
        raise UsageError(
            "NUMBA_THREADING_LAYER=workqueue ends the process when two threads call kernels at "
            "once; unset it, or choose omp or tbb"
        )
    if not any(_is_there(f"numba.np.ufunc.{pool}") for pool in ("omppool", "tbbpool")):
        logger.warning(
            "neither OpenMP nor TBB is there, so kernels use one core; `pip install tbb` brings one"
        )
        return False
    if config.THREADING_LAYER == "default":
        config.THREADING_LAYER = "threadsafe"
    return True


def _is_there(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True
