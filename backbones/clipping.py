"""Gradients are clipped without waiting for the device."""

from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import Tensor
from torch.distributed.tensor import DTensor


@OPTIM_WRAPPERS.register_module()
class ClippingOptimWrapper(OptimWrapper):
    """MMEngine's wrapper reads the gradients' norm every step, and the host waits for it.

    This one keeps it on the device as `norm`, for who logs it now and then (`PendingLosses`).
    """

    norm: Tensor | None = None

    def _clip_grad(self) -> None:
        groups = self.optimizer.param_groups
        gradients = [p for group in groups for p in group["params"] if p.grad is not None]
        if gradients:
            norm = self.clip_func(gradients, **self.clip_grad_kwargs)
            if isinstance(norm, DTensor):  # of sharded gradients: each process has a part of it
                norm = norm.full_tensor()
            self.norm = None if norm is None else norm.detach()
