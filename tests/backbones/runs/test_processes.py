"""One process decides; all get its answer, or its error. Launchers say how many there are."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from backbones.runs.processes import VARIABLES, add_arguments, by_main, launched, world_size

SCRIPT = """
import sys
from pathlib import Path
import torch
import torch.distributed as dist
from backbones.runs.processes import by_main, process_mean

rank, folder = int(sys.argv[1]), Path(sys.argv[2])
dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)

def decide():
    (folder / f"asked-{rank}").touch()
    return {"rank": rank}

def refuse():
    raise ValueError(f"refused by {rank}")

assert by_main(decide) == {"rank": 0}
loss = torch.tensor(float(rank))
assert process_mean(loss) == 0.5
assert loss == rank
try:
    by_main(refuse)
except ValueError as error:
    assert str(error) == "refused by 0"
    (folder / f"refused-{rank}").touch()
"""


def test_every_process_gets_what_the_main_one_decides(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(SCRIPT)
    runs = [
        subprocess.Popen([sys.executable, str(tmp_path / "run.py"), str(rank), str(tmp_path)])
        for rank in (0, 1)
    ]
    try:
        assert [run.wait(timeout=600) for run in runs] == [0, 0]
    finally:
        for run in runs:
            run.kill()
    made = {path.name for path in tmp_path.glob("*-?")}
    assert made == {"asked-0", "refused-0", "refused-1"}


def test_alone_it_is_a_call() -> None:
    assert by_main(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        by_main(lambda: 1 // 0)


def test_launchers_say_how_many_processes_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for count, variable in enumerate(filter(None, VARIABLES.values()), start=4):
        monkeypatch.setenv(variable, str(count))
    assert [world_size(name) for name in ("none", "pytorch", "slurm", "mpi")] == [1, 4, 5, 6]
    monkeypatch.delenv("WORLD_SIZE")
    with pytest.raises(ValueError, match=r"pytorch without WORLD_SIZE .*by torchrun"):
        world_size("pytorch")


def parsed(*arguments: str) -> argparse.Namespace:
    add_arguments(parser := argparse.ArgumentParser())
    return parser.parse_args(arguments)


def test_a_command_alone_and_as_one_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    assert launched(parsed()) == 1
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert launched(parsed("--launcher", "pytorch")) == 4
    monkeypatch.setenv("SLURM_NTASKS", "4")
    with pytest.raises(ValueError, match=r"slurm needs a GPU for each process .* by torchrun"):
        launched(parsed("--launcher", "slurm"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    assert launched(parsed("--launcher", "pytorch", "--local-rank", "2")) == 4
    assert os.environ.pop("LOCAL_RANK") == "2"
    with pytest.raises(ValueError, match=r"process 3 .* has no GPU of its own: it has 3; start"):
        launched(parsed("--launcher", "pytorch", "--local-rank", "3"))
    os.environ.pop("LOCAL_RANK")
