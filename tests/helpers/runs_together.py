"""Several runs of a command, one after the other in the same processes, by torchrun.

Arguments: the module, e.g. pretrain, and a JSON file with the arguments of each run. Starting
processes takes longer than tiny runs do.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_together(module: str, runs: Sequence[Sequence[str]], folder: Path) -> None:
    """All `runs` of `python -m module` by two processes that torchrun starts."""
    (folder / "runs.json").write_text(json.dumps(runs))
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command = [*start, __file__, module, str(folder / "runs.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main = import_module(f"{sys.argv[1]}.__main__").main
    for arguments in json.loads(Path(sys.argv[2]).read_text()):
        main(arguments)
