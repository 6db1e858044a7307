"""The shipped protocols as the tests look at them: configurations, and models without memory."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS, DefaultScope
from torch import nn
from torch.overrides import TorchFunctionMode

import transfer

CONFIGS = Path(transfer.__file__).parent / "configs"


class CountOnCpu(TorchFunctionMode):
    """MMSegmentation reads stochastic depth off `torch.linspace`, which needs values."""

    def __torch_function__(
        self, function: Any, types: Iterable[type], args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if function is torch.linspace:
            kwargs["device"] = "cpu"
        return function(*args, **kwargs)


def build_on_meta(config: Config) -> nn.Module:
    """The model without memory: names and shapes are all that is asked."""
    scope = DefaultScope.overwrite_default_scope(config.default_scope)
    with torch.device("meta"), CountOnCpu(), scope:
        model: nn.Module = MODELS.build(config.model)
    return model


@cache
def model_of(name: str) -> nn.Module:
    return build_on_meta(Config.fromfile(CONFIGS / f"{name}.py"))


@pytest.fixture(scope="session")
def load() -> Callable[[str], Config]:
    """A configuration by its name below `transfer/configs`."""
    return lambda name: Config.fromfile(CONFIGS / f"{name}.py")


@pytest.fixture(scope="session")
def build() -> Callable[[Config], nn.Module]:
    return build_on_meta


@pytest.fixture(scope="session")
def model() -> Callable[[str], nn.Module]:
    """A shipped configuration's model on the meta device; not to be changed."""
    return model_of


@pytest.fixture(scope="session")
def groups() -> Callable[[str], dict[str, tuple[float, float]]]:
    """Every parameter that is trained to (rate as a part of the base rate, weight decay)."""

    def of(name: str) -> dict[str, tuple[float, float]]:
        config = Config.fromfile(CONFIGS / f"{name}.py")
        wrapper = build_optim_wrapper(model_of(name), config.optim_wrapper)
        base = config.optim_wrapper.optimizer.lr
        return {
            parameter: (group["lr"] / base, group["weight_decay"])
            for group in wrapper.optimizer.param_groups
            for parameter in group["param_names"]
        }

    return of
