"""The benchmark measures real steps of every target; no time is asserted."""

import pytest

from pretrain.benchmark import TARGETS, main


def test_every_target_takes_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    names = [name for name in TARGETS if name not in ("dvae", "palette")]
    options = ["--arch", "tiny", "--size", "32", "--batch", "2", "--repeats", "1", "--warmup", "0"]
    main(["--targets", *names, *options, "--device", "cpu"])
    lines = capsys.readouterr().out.splitlines()
    assert "batch 2, float32 on cpu" in lines[0]
    rows = {line.split()[0]: line.split()[1:] for line in lines[2:]}
    assert list(rows) == names
    assert float(rows["pixel-norm"][3]) == 1
    assert all(float(value) > 0 for row in rows.values() for value in row)
