"""Targets that must first learn something from the pictures do so before the first step."""

from collections.abc import Iterator

from mmengine.dist import broadcast
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor
from torch.utils.data import DataLoader, Subset

from pretrain.targets import FittedTarget


@HOOKS.register_module()
class FitTarget(Hook):
    """Shows `target.fit_on` training pictures to `target.fit`, once.

    Every process reads the same pictures; the first one's result is everyone's. A resumed run has
    it in its checkpoint.
    """

    def before_train(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        if not isinstance(model.target, FittedTarget) or runner.iter > 0:
            return
        dataset = runner.train_dataloader.dataset
        loader = DataLoader(
            Subset(dataset, dataset.few(model.target.fit_on)),
            batch_size=min(64, len(dataset)),
            num_workers=runner.train_dataloader.num_workers,
            collate_fn=runner.train_dataloader.collate_fn,
        )

        def batches() -> Iterator[Tensor]:
            for batch in loader:
                yield model.data_preprocessor(batch)["images"]

        runner.logger.info(f"target {model.target.name}: {model.target.fit(batches())}")
        for buffer in model.target.buffers():
            broadcast(buffer)
