"""The neural flexibility model: network, training, device (PyTorch)."""

from rideflex.models.neural.evidence import EvidenceFit, train_by_evidence
from rideflex.models.neural.features import TravelerFeatures
from rideflex.models.neural.minibatch import train_by_minibatch
from rideflex.models.neural.model import EvidenceModel
from rideflex.models.neural.network import EmbeddingFFN

__all__ = [
    "EmbeddingFFN",
    "EvidenceFit",
    "EvidenceModel",
    "TravelerFeatures",
    "train_by_evidence",
    "train_by_minibatch",
]
