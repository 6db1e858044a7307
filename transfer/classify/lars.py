"""LARS as linear probing uses it (https://arxiv.org/abs/1708.03888); timm's.

timm adapts the rate only where there is weight decay, unless told otherwise, and linear probing has
none: taken as it is, it would be plain momentum. Vectors (biases) are not adapted, as in MoCo v3's
and MAE's code.
"""

from typing import Any

from mmengine.registry import OPTIMIZERS
from timm.optim import Lars


@OPTIMIZERS.register_module()
class LARS(Lars):
    """Groups of matrices adapt; groups of vectors follow plain momentum without weight decay.

    Raises:
        ValueError: for a group that mixes the two; `no_decay=['1d']` in the constructor's
            `paramwise_cfg` keeps them apart.
    """

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        parameters = param_group["params"]
        parameters = list(parameters) if isinstance(parameters, list | tuple) else [parameters]
        matrices = {parameter.ndim > 1 for parameter in parameters}
        if len(matrices) > 1:
            raise ValueError(
                "LARS adapts matrices and leaves vectors alone, and this group holds both; give "
                "optim_wrapper.paramwise_cfg.no_decay=['1d']"
            )
        adapt = matrices == {True}
        fixed = {"always_adapt": adapt} | ({} if adapt else {"weight_decay": 0.0})
        super().add_param_group({**param_group, "params": parameters, **fixed})
