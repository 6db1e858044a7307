"""Losses reach a log counted in iterations as MMEngine's hook brings them."""

import json
from pathlib import Path
from typing import Any


def logged(runner: Any) -> list[dict[str, Any]]:
    (path,) = Path(runner.work_dir).glob("*/vis_data/scalars.json")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.unlink()
    return [line for line in lines if "loss" in line]


def test_the_log_is_mmengines_and_has_the_gradients_norm(run: Any) -> None:
    often = {"train_cfg.max_iters": 5, "default_hooks.logger.interval": 2}
    runs = run("ade20k/toy", **often, **{"default_hooks.runtime_info.type": "RuntimeInfoHook"})
    expected = logged(runs)
    runs = run("ade20k/toy", **often)
    lines = logged(runs)
    assert [line["step"] for line in lines] == [2, 4]
    for line, plain in zip(lines, expected, strict=True):
        for key in ("step", "loss", "decode.loss_ce", "lr"):
            assert line[key] == plain[key]
        assert line["grad_norm"] > 0
    assert len(runs.message_hub.get_scalar("train/loss").data[0]) == 5  # the last, too
