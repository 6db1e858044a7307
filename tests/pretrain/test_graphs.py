"""What CUDA graphs cannot record is refused before anything is built."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pretrain.__main__ import configure, main, parse

Command = Callable[..., list[str]]


@pytest.mark.parametrize("mode", ["reduce-overhead", "max-autotune"])
def test_sharded_weights_are_refused(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(SystemExit, match=f"--compile {mode} records CUDA graphs, which cannot"):
        main(command(tmp_path, "--launcher", "pytorch", "--shard", "--compile", mode))


def test_accumulation_is_refused(tmp_path: Path, command: Command) -> None:
    graphs = ["--compile", "reduce-overhead"]
    with pytest.raises(SystemExit, match="the next of 2 accumulated iterations would overwrite"):
        main(command(tmp_path, *graphs, batch_size=4, device_batch_size=2))
    config, _ = configure(parse(command(tmp_path, *graphs, batch_size=4)))
    assert config.default_hooks.compiled.mode == "reduce-overhead"


def test_without_graphs_nothing_is(tmp_path: Path, command: Command) -> None:
    options = command(tmp_path, "--compile", batch_size=4, device_batch_size=2)
    config, _ = configure(parse(options))
    assert config.optim_wrapper.accumulative_counts == 2
