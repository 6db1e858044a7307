"""A linear probe: how well classes can be told apart from features, by one linear layer.

Shapes: N examples, F features, C classes.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DECAY = 1e-3  # L2 penalty; features are standardised, so one value serves all
STEPS = 100  # of L-BFGS; the problem is convex


def probe_accuracy(features: Tensor, labels: Tensor, *, seed: int = 0) -> float:
    """Percent right on the half of the examples that the probe was not fitted on.

    Args:
        features: `[N, F]`, standardised here by the training half.
        labels: long `[N]`.

    Raises:
        ValueError: for fewer than two classes or fewer than four examples.
    """
    classes = int(labels.max()) + 1 if len(labels) else 0
    if classes < 2 or len(labels) < 4:
        raise ValueError(
            f"a probe needs two classes and four pictures, got {classes} and {len(labels)}"
        )
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    features, labels = features.double()[order], labels[order]
    half = len(labels) // 2
    mean, std = features[:half].mean(0), features[:half].std(0).clamp(min=1e-6)
    features = (features - mean) / std
    layer = nn.Linear(features.shape[1], classes, dtype=torch.float64)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        error = F.cross_entropy(layer(features[:half]), labels[:half])
        error = error + DECAY * layer.weight.square().sum()
        error.backward()
        return error

    optimizer.step(loss)
    right = layer(features[half:]).argmax(1) == labels[half:]
    return 100 * float(right.double().mean())
