"""Binary classification metrics."""

from __future__ import annotations

from typing import TypedDict

import torch


class BinaryMetrics(TypedDict):
    """Accuracy, precision, recall and F1; the confusion matrix is int64 [true, predicted]."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    confusion_matrix: torch.Tensor


def binary_classification_metrics(y_true: torch.Tensor, y_pred: torch.Tensor) -> BinaryMetrics:
    """Compare observed with predicted decisions; a share of nothing is 0.

    Parameters
    ----------
    y_true, y_pred
        Zeros and ones [n].

    Examples
    --------
    >>> import torch
    >>> found = binary_classification_metrics(torch.tensor([1, 1, 0]), torch.tensor([1, 0, 0]))
    >>> found["precision"], found["recall"], found["confusion_matrix"].tolist()
    (1.0, 0.5, [[1, 0], [1, 1]])
    """
    cells = torch.bincount(2 * y_true.reshape(-1).long() + y_pred.reshape(-1).long(), minlength=4)
    (tn, fp), (fn, tp) = cells.reshape(2, 2).tolist()
    precision, recall = _share(tp, tp + fp), _share(tp, tp + fn)
    return BinaryMetrics(
        accuracy=_share(tp + tn, len(y_true)),
        precision=precision,
        recall=recall,
        f1=_share(2 * tp, 2 * tp + fp + fn),
        confusion_matrix=cells.reshape(2, 2),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
