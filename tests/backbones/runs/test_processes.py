"""One process decides; all get its answer, or its error."""

import subprocess
import sys
from pathlib import Path

import pytest

from backbones.runs.processes import by_main

SCRIPT = """
import sys
from pathlib import Path
import torch.distributed as dist
from backbones.runs.processes import by_main

rank, folder = int(sys.argv[1]), Path(sys.argv[2])
dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)

def decide():
    (folder / f"asked-{rank}").touch()
    return {"rank": rank}

def refuse():
    raise ValueError(f"refused by {rank}")

assert by_main(decide) == {"rank": 0}
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
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    made = {path.name for path in tmp_path.glob("*-?")}
    assert made == {"asked-0", "refused-0", "refused-1"}


def test_alone_it_is_a_call() -> None:
    assert by_main(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        by_main(lambda: 1 // 0)
