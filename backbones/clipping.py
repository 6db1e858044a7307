"""Gradients are clipped without waiting for the device."""

from mmengine.optim import OptimWrapper
from torch import Tensor


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
            self.norm = None if norm is None else norm.detach()
