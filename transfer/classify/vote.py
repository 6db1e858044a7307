"""Nearest neighbours among many, and their weighted vote (https://arxiv.org/abs/1805.01978).

Shapes: Q queries, M remembered pictures, D width, K neighbours, C classes.
"""

import torch
from torch import Tensor

from transfer.classify.ranking import DEPTH


def nearest(queries: Tensor, bank: Tensor, k: int, *, chunk: int) -> tuple[Tensor, Tensor]:
    """The `k` most similar rows of `bank` `[M, D]` to each of `queries` `[Q, D]`, best first.

    Similarities and indices, `[Q, K]` each. At most `[Q, chunk + K]` similarities are held at once,
    however large the bank.
    """
    values = queries.new_empty(len(queries), 0)
    indices = torch.empty(len(queries), 0, dtype=torch.long, device=queries.device)
    for start in range(0, len(bank), chunk):
        found = queries @ bank[start : start + chunk].T  # [Q, chunk]
        best, where = found.topk(min(k, found.shape[1]), dim=1)
        values = torch.cat([values, best], dim=1)
        indices = torch.cat([indices, where + start], dim=1)
        values, order = values.topk(min(k, values.shape[1]), dim=1)
        indices = indices.gather(1, order)
    return values, indices


def vote(similarities: Tensor, labels: Tensor, *, num_classes: int, temperature: float) -> Tensor:
    """Classes by the summed exp(similarity / temperature) of their neighbours, best first.

    `similarities` and `labels` are `[Q, K]`; the answer `[Q, 5]` holds -1 from where on no class
    has a neighbour, so that none is right by the order of ties.
    """
    weights = ((similarities - similarities[:, :1]) / temperature).exp()  # the best weighs 1
    scores = weights.new_zeros(len(weights), num_classes).scatter_add_(1, labels, weights)
    best, classes = scores.topk(min(DEPTH, num_classes), dim=1)
    return classes.masked_fill(best == 0, -1)
