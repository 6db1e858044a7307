"""Layer-wise learning-rate decay and the no-decay rules, for every model with a `backbone` ViT.

ELECTRA's rule as BEiT and MAE use it (https://arxiv.org/abs/2111.06377, Table 9): the embedding
is layer 0, block i is layer i + 1, everything else layer depth + 1, and the rate of layer l is
scaled by decay^(depth + 1 - l).
"""

from collections.abc import Collection
from typing import Any

from mmengine.logging import print_log
from mmengine.optim import DefaultOptimWrapperConstructor
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

EMBEDDING = ("cls_token", "reg_token", "mask_token", "pos_embed", "patch_embed", "norm_pre")
NORM_LAYERS = (nn.LayerNorm, nn.GroupNorm, nn.modules.batchnorm._BatchNorm)
NO_DECAY = ("1d", "pos_embed", "cls_token", "rel_pos", "relative_position")


def layer_of(name: str, depth: int) -> int:
    """Layer of a parameter by its name in the whole model, 0 … depth + 1."""
    if not name.startswith("backbone."):
        return depth + 1
    parts = name.split(".")[1:]
    if parts[0] in EMBEDDING:
        return 0
    if parts[0] == "blocks":
        return int(parts[1]) + 1
    return depth + 1


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class LayerDecayOptimWrapperConstructor(DefaultOptimWrapperConstructor):
    """`optim_wrapper=dict(constructor='LayerDecayOptimWrapperConstructor', paramwise_cfg=…)`.

    `paramwise_cfg` takes `layer_decay` (1.0: none) and `no_decay`, a list of rules for parameters
    without weight decay: '1d' (biases, norms, gammas), 'norm' (weights and biases of norm layers),
    'bias', or any part of a parameter's name. One group per rate and decay (two where no layer's
    rate is lowered), so that a fused kernel takes as many parameters at once as it can.

    Raises:
        ValueError: for other keys in `paramwise_cfg`, and for a model without a ViT `backbone`.
    """

    def __init__(
        self, optim_wrapper_cfg: dict[str, Any], paramwise_cfg: dict[str, Any] | None = None
    ) -> None:
        # an empty paramwise_cfg would make MMEngine skip the rules altogether
        super().__init__(optim_wrapper_cfg, paramwise_cfg or {"layer_decay": 1.0})

    def add_params(self, params: list[dict[str, Any]], module: nn.Module, **_: Any) -> None:
        unknown = self.paramwise_cfg.keys() - {"layer_decay", "no_decay"}
        if unknown:
            raise ValueError(f"paramwise_cfg takes layer_decay and no_decay, not {sorted(unknown)}")
        depth = getattr(getattr(module, "backbone", None), "depth", None)
        if depth is None:
            kind = type(module).__name__
            raise ValueError(f"{kind} has no `backbone` with a `depth`; give it a PlainViT")
        decay = self.paramwise_cfg.get("layer_decay", 1.0)
        rules = tuple(self.paramwise_cfg.get("no_decay", NO_DECAY))
        base_decay = self.base_wd or 0.0

        groups: dict[tuple[float, bool], dict[str, Any]] = {}
        for name, parameter, in_norm in _named_parameters(module):
            if not parameter.requires_grad:
                continue
            decays = not exempt(name, parameter.ndim, in_norm, rules)
            scale = decay ** (depth + 1 - layer_of(name, depth))
            group = groups.setdefault(
                (scale, decays),
                {
                    "params": [],
                    "param_names": [],
                    "lr": self.base_lr * scale,
                    "lr_scale": scale,
                    "weight_decay": base_decay if decays else 0.0,
                },
            )
            group["params"].append(parameter)
            group["param_names"].append(name)
        params.extend(groups[key] for key in sorted(groups))
        print_log(_summary(groups, decay), logger="current")


def exempt(name: str, ndim: int, in_norm: bool, rules: Collection[str]) -> bool:
    """Whether a parameter goes without weight decay."""
    if "1d" in rules and ndim <= 1:
        return True
    if "norm" in rules and in_norm:
        return True
    if "bias" in rules and name.endswith(".bias"):
        return True
    return any(rule in name for rule in rules if rule not in ("1d", "norm", "bias"))


def _named_parameters(module: nn.Module) -> list[tuple[str, nn.Parameter, bool]]:
    """Every parameter once, with whether its own module is a norm layer."""
    found: dict[int, tuple[str, nn.Parameter, bool]] = {}
    for prefix, child in module.named_modules():
        in_norm = isinstance(child, NORM_LAYERS)
        for name, parameter in child.named_parameters(recurse=False):
            found.setdefault(id(parameter), (f"{prefix}.{name}".lstrip("."), parameter, in_norm))
    return list(found.values())


def _summary(groups: dict[tuple[float, bool], dict[str, Any]], decay: float) -> str:
    lines = [f"layer decay {decay}: learning rate, weight decay, parameters"]
    for key in sorted(groups):
        group = groups[key]
        count = sum(parameter.numel() for parameter in group["params"])
        lines.append(f"  {group['lr']:.3e}  {group['weight_decay']:<6g} {count:,}")
    return "\n".join(lines)
