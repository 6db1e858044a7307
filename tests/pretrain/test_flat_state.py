"""Flat names, both ways, also below another module and through MMEngine's own loader."""

import copy

import pytest
import torch
from mmengine.runner.checkpoint import get_state_dict, load_state_dict
from torch import nn

from pretrain.flat_state import flatten_state


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left = nn.ModuleDict({"a": nn.Linear(2, 2)})
        self.right = nn.ModuleDict({"b": nn.Linear(2, 1)})
        self.kept = nn.Linear(1, 1)
        flatten_state(self, "left", "right")


NAMES = ["a.weight", "a.bias", "b.weight", "b.bias", "kept.weight", "kept.bias"]


def test_names_are_flat_and_in_order() -> None:
    assert list(Pair().state_dict()) == NAMES


def test_loading_is_strict_and_complete() -> None:
    source, target = Pair(), Pair()
    target.load_state_dict(source.state_dict(), strict=True)
    assert torch.equal(target.right["b"].weight, source.right["b"].weight)
    broken = source.state_dict()
    del broken["a.bias"]
    with pytest.raises(RuntimeError, match=r"left\.a\.bias"):
        target.load_state_dict(broken, strict=True)
    with pytest.raises(RuntimeError, match="Unexpected"):
        target.load_state_dict({**source.state_dict(), "c": torch.zeros(1)}, strict=True)


def test_loading_leaves_the_callers_dict_alone() -> None:
    state = Pair().state_dict()
    Pair().load_state_dict(state, strict=True)
    assert list(state) == NAMES


def test_below_another_module_and_copied() -> None:
    outer = nn.ModuleDict({"m": copy.deepcopy(Pair())})
    assert list(outer.state_dict()) == [f"m.{name}" for name in NAMES]
    other = nn.ModuleDict({"m": Pair()})
    other.load_state_dict(outer.state_dict(), strict=True)
    assert torch.equal(other["m"].left["a"].bias, outer["m"].left["a"].bias)


def test_mmengine_saves_and_loads_the_same_names() -> None:
    source, target = Pair(), Pair()
    state = get_state_dict(source)
    assert list(state) == NAMES
    load_state_dict(target, state, strict=True)
    assert torch.equal(target.left["a"].weight, source.left["a"].weight)


def test_two_children_with_one_name() -> None:
    module = nn.ModuleDict({"x": nn.Linear(1, 1), "y": nn.Linear(1, 1)})
    with pytest.raises(ValueError, match=r"y\.weight and x\.weight would share the name weight"):
        flatten_state(module, "x", "y")
