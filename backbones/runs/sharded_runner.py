"""The runner of a sharded model. Its files are those of one process."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mmengine
from mmengine.device import get_device
from mmengine.dist import is_main_process
from mmengine.registry import RUNNERS
from mmengine.runner import save_checkpoint
from torch import nn

from backbones.runs.runner import StrictRunner
from backbones.runs.sharding import divide_optimizer, gathered, shard


@RUNNERS.register_module()
class ShardedRunner(StrictRunner):
    """Checkpoints have the names and shapes that those of one process have, so that runs go on with
    or without sharding, on any number of devices, and exports need to know nothing of it."""

    def wrap_model(self, model_wrapper_cfg: dict[str, Any] | None, model: nn.Module) -> nn.Module:
        """Weights are initialised while every process has all of them, and made equal."""
        self.model = model.to(get_device())
        super()._init_model_weights()
        shard(self.model)
        return self.model

    def _init_model_weights(self) -> None:
        """Done when the model was divided."""

    def save_checkpoint(
        self,
        out_dir: str,
        filename: str,
        file_client_args: dict[str, Any] | None = None,
        save_optimizer: bool = True,
        save_param_scheduler: bool = True,
        meta: dict[str, Any] | None = None,
        by_epoch: bool = True,
        backend_args: dict[str, Any] | None = None,
    ) -> None:
        """As MMEngine's, in all processes; the main one writes what the others bring."""
        content: dict[str, Any] = {
            "meta": {
                "epoch": self.epoch + by_epoch,
                "iter": self.iter + (not by_epoch),
                **(meta or {}),
                "cfg": self.cfg.pretty_text,
                "seed": self.seed,
                "experiment_name": self.experiment_name,
                "time": time.strftime("%Y%m%d_%H%M%S", time.localtime()),
                "mmengine_version": mmengine.__version__,
                "dataset_meta": getattr(self.train_dataloader.dataset, "metainfo", None),
            },
            "state_dict": self.model.state_dict(),
            "message_hub": self.message_hub.state_dict(),
        }
        if save_optimizer:
            content["optimizer"] = self.optim_wrapper.state_dict()
        if save_param_scheduler:
            content["param_schedulers"] = [each.state_dict() for each in self.param_schedulers]
        self.call_hook("before_save_checkpoint", checkpoint=content)
        content = gathered(content)
        if is_main_process():
            save_checkpoint(content, str(Path(out_dir) / filename), file_client_args, backend_args)

    def load_checkpoint(
        self,
        filename: str,
        map_location: str | Callable[..., Any] = "cpu",
        strict: bool = True,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The file is read to the CPU, wherever MMEngine wants it: a device may not hold it."""
        loaded = super().load_checkpoint(filename, map_location="cpu", strict=strict, **kwargs)
        if "optimizer" in loaded:
            divide_optimizer(loaded["optimizer"], self.optim_wrapper.optimizer)
        return loaded
