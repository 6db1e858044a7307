"""What cannot be sharded says so before anything is read or started."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pretrain.__main__ import configure, main, parse

Command = Callable[..., list[str]]
TOGETHER = ("--launcher", "pytorch", "--shard")


@pytest.fixture(autouse=True)
def started_by_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")


def test_one_process_has_nothing_to_divide(tmp_path: Path, command: Command) -> None:
    with pytest.raises(SystemExit, match="--shard divides a model among processes, and this is on"):
        main(command(tmp_path, "--shard"))


def test_a_tokenizer_is_refused(tmp_path: Path, command: Command) -> None:
    options = ["--work-dir", str(tmp_path), *TOGETHER]
    with pytest.raises(SystemExit, match="vq cannot be sharded: its codebook is an average"):
        main(["pretrain/configs/demo/vq.py", *options])


def test_others_are_not(tmp_path: Path, command: Command) -> None:
    config, _ = configure(parse(command(tmp_path, *TOGETHER, "--compile", "--amp")))
    assert config.shard
    config, _ = configure(parse(command(tmp_path)))
    assert "shard" not in config
