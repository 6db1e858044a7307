"""MMEngine's Runner, with two changes: weights load completely or not at all, and processes on
machines without GPUs train together."""

from collections.abc import Callable
from typing import Any

import torch
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from torch import nn

from backbones.runs.processes import join


@RUNNERS.register_module()
class StrictRunner(Runner):
    """The Runner's default resumes, fine-tunes or tests half a checkpoint and merely warns.

    It also names a GPU to each process, when it starts and to DDP.
    """

    def setup_env(self, env_cfg: dict[str, Any]) -> None:
        join(self.launcher, env_cfg)
        super().setup_env(env_cfg)

    def wrap_model(self, model_wrapper_cfg: dict[str, Any] | None, model: nn.Module) -> nn.Module:
        if self.distributed and model_wrapper_cfg is None and not torch.cuda.is_available():
            model_wrapper_cfg = {
                "device_ids": None,
                "broadcast_buffers": False,
                "find_unused_parameters": self.cfg.get("find_unused_parameters", False),
            }
        wrapped: nn.Module = super().wrap_model(model_wrapper_cfg, model)
        return wrapped

    def load_checkpoint(
        self,
        filename: str,
        map_location: str | Callable[..., Any] = "cpu",
        strict: bool = True,
        **kwargs: Any,
    ) -> dict[str, Any]:
        loaded: dict[str, Any] = super().load_checkpoint(
            filename, map_location=map_location, strict=strict, **kwargs
        )
        return loaded
