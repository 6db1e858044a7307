"""What a checkpoint should carry is made ready in exactly the iterations that end in one."""

from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.hooks import CheckpointHook, Hook

from backbones.runs.saving import saves_now


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"by_epoch": False, "interval": 3}, [3, 6, 8]),
        ({"by_epoch": False, "interval": 3, "save_last": False}, [3, 6]),
        ({"by_epoch": False, "interval": 2, "save_begin": 4}, [4, 6, 8]),
        ({"by_epoch": True, "interval": 1}, []),
    ],
)
def test_iterations_that_are_saved(options: dict[str, Any], expected: list[int]) -> None:
    hooks = [Hook(), CheckpointHook(**options)]
    runners: list[Any] = [SimpleNamespace(iter=i, max_iters=8, hooks=hooks) for i in range(8)]
    assert [runner.iter + 1 for runner in runners if saves_now(runner)] == expected
