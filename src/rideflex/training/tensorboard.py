"""TensorBoard writer that purges the steps after a checkpoint."""

from __future__ import annotations

from pathlib import Path

from stable_baselines3.common.logger import TensorBoardOutputFormat
from torch.utils.tensorboard import SummaryWriter


class Curves(TensorBoardOutputFormat):
    """Writes to a folder, whose later steps are purged: a resumed run plays them again.

    Parameters
    ----------
    folder
        Made if need be.
    last_step
        The last step that counts.
    """

    def __init__(self, folder: Path, last_step: int) -> None:
        # In place of the base's constructor, which opens a writer that purges nothing.
        self.writer = SummaryWriter(str(folder), purge_step=last_step + 1)
        self._is_closed = False
