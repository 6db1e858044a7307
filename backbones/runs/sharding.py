"""A model divided among processes: weights, gradients and optimiser state (PyTorch's FSDP2).

What is divided keeps its names and shapes, as `DTensor`s of which each process holds some rows.
Files hold whole tensors only: `gathered` makes them, and a sharded model loads them.
"""

from typing import Any

import torch
from mmengine.device import get_device
from mmengine.dist import get_world_size, is_main_process
from mmengine.model import is_model_wrapper
from mmengine.registry import MODELS
from mmengine.runner import Runner
from mmengine.utils import apply_to
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Optimizer

from backbones.block import Block


def is_sharded(model: nn.Module) -> bool:
    return isinstance(model, FSDPModule)


def blocks(model: nn.Module) -> list[Block]:
    """The units of a sharded model, beside what is left."""
    return [module for module in model.modules() if isinstance(module, Block)]


def shard(model: nn.Module) -> None:
    """Divide `model`, the same in every process, in place.

    A Transformer block is gathered when it is used and let go of after, in both directions; what is
    in none stays gathered from the forward pass to the backward pass. Gradients are averaged over
    the processes as they come, so that no process ever holds all of them, even where several
    iterations are accumulated; DDP would wait for the last one.
    """
    mesh = init_device_mesh(get_device(), (get_world_size(),))
    for unit in (*blocks(model), model):
        fully_shard(unit, mesh=mesh)
    model.register_forward_hook(_let_go)
    model.register_load_state_dict_pre_hook(_divide_state)


def _let_go(model: Any, *_: Any) -> None:
    """No backward pass follows a forward pass without gradients, to let go of what is in no block:
    whoever looks at the parameters next would find some whole and some not."""
    if not torch.is_grad_enabled():
        model.reshard()


def _divide_state(model: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    for name, parameter in model.named_parameters():
        if prefix + name in state:
            state[prefix + name] = divided(state[prefix + name], parameter)


def divided(whole: Any, like: Tensor) -> Any:
    """A tensor as the sharded `like` is divided; what is no tensor, a number, or divided already is
    returned as it is."""
    if not isinstance(like, DTensor) or isinstance(whole, DTensor):
        return whole
    if not isinstance(whole, Tensor) or not whole.ndim:
        return whole
    return distribute_tensor(whole, like.device_mesh, like.placements)


def divide_optimizer(state: dict[str, Any], optimizer: Optimizer) -> None:
    """The whole state of a checkpoint, in place, as the optimiser's parameters are divided."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for number, values in state["state"].items():
        for name, value in values.items():
            values[name] = divided(value, parameters[number])


def gathered(content: Any) -> Any:
    """Every tensor in nested dicts and lists, whole and on the CPU, in the main process; None in
    its place in all others. All must call, and so take part."""
    main = is_main_process()

    def fetch(tensor: Tensor) -> Tensor | None:
        whole = tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
        return whole.detach().cpu() if main else None

    return apply_to(content, lambda value: isinstance(value, Tensor), fetch)


def whole_model(runner: Runner) -> Any:
    """The runner's model for the main process to look at, None in all others. All must call.

    Of a sharded one it is a copy.
    """
    if is_sharded(runner.model):
        state = gathered(runner.model.state_dict())
        if not is_main_process():
            return None
        copy = MODELS.build(runner.cfg.model)
        copy.load_state_dict(state)
        return copy.to(get_device())
    if not is_main_process():
        return None
    return runner.model.module if is_model_wrapper(runner.model) else runner.model
