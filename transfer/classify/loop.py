"""In place of training: remember the features of every training picture, then evaluate."""

from typing import Any

import torch
from mmengine.dist import all_gather
from mmengine.model import is_model_wrapper
from mmengine.registry import LOOPS
from mmengine.runner import BaseLoop
from torch import Tensor


@LOOPS.register_module()
class FeatureBankLoop(BaseLoop):
    """One pass over the training pictures, as they are evaluated; the hooks see an epoch.

    A picture that cannot be read is left out, one that a sampler repeats counts once: features are
    kept by the picture they are really of.
    """

    max_epochs = 1

    def __init__(self, runner: Any, dataloader: Any) -> None:
        super().__init__(runner, dataloader)
        self.max_iters = len(self.dataloader)
        self.epoch = self.iter = 0

    def run(self) -> Any:
        runner = self.runner
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        runner.call_hook("before_train")
        runner.call_hook("before_train_epoch")
        model.eval()
        found: list[tuple[Tensor, Tensor, Tensor]] = []
        for position, batch in enumerate(self.dataloader):
            runner.call_hook("before_train_iter", batch_idx=position, data_batch=batch)
            inputs = model.data_preprocessor(batch)
            indices = torch.tensor(batch["index"], device=inputs["labels"].device)
            found.append((model(inputs["images"]), inputs["labels"], indices))
            runner.call_hook("after_train_iter", batch_idx=position, data_batch=batch)
            self.iter += 1
        runner.call_hook("after_train_epoch")
        self.epoch = 1
        features, labels, indices = (torch.cat(parts) for parts in zip(*found, strict=True))
        model.remember(*without_repeats(features, labels, indices))
        runner.val_loop.run()
        runner.call_hook("after_train")
        return runner.model


def without_repeats(features: Tensor, labels: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """What all processes found, each picture once, in the order of the data set.

    Features `[n, D]`, labels `[n]` and indices `[n]` with the same n in every process.
    """
    features, labels, indices = (
        torch.cat(all_gather(part)) for part in (features, labels, indices)
    )
    indices, order = indices.sort(stable=True)
    first = torch.ones_like(indices, dtype=torch.bool)
    first[1:] = indices[1:] != indices[:-1]
    return features[order[first]], labels[order[first]]
