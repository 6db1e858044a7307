"""What a command finds in its work directory: nothing, a run to continue, or one in its way.

A run goes on only under the recipe and seed it was begun with: else the record would describe
weights that another recipe trained.
"""

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from mmengine.config import Config

from backbones.runs.resume import checkpoints, newest_whole
from pretrain.checkpoint import read_checkpoint
from pretrain.hooks.record import differences, recipe_hash

RECORDS = ("result.json", "failure.json")
SHOWN = 5


@dataclass(frozen=True)
class Start:
    """`checkpoint` to continue from, None to begin; `note` for the log, if there is one."""

    checkpoint: Path | None = None
    finished: bool = False
    note: str = ""


def find_start(work_dir: Path, config: Config, *, restart: bool) -> Start:
    """Where `--resume` goes on; with `restart`, a run of another recipe is moved aside.

    Raises:
        ValueError: where there is a run of another recipe, naming what differs.
    """
    checkpoint = newest_whole(work_dir)
    changed = changes(work_dir, checkpoint, config)
    if not changed:
        return Start(checkpoint, finished=(work_dir / "result.json").exists())
    more = f"; and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    what = f"{work_dir} holds a run of another recipe: {'; '.join(changed[:SHOWN])}{more}"
    if not restart:
        raise ValueError(
            f"{what}. Give the recipe it was begun with, or another --work-dir, or "
            "--restart-if-changed, which moves it aside and begins again"
        )
    return Start(note=f"{what}. It was moved to {move_aside(work_dir)}; beginning again")


def changes(work_dir: Path, checkpoint: Path | None, config: Config) -> list[str]:
    """How the run in `work_dir`, if there is one, differs from `config`."""
    if checkpoint is not None:
        try:
            old = read_checkpoint(checkpoint)["meta"]["pretrain"]["config"]
        except ValueError as error:
            return [str(error)]
        return differences(old, config.to_dict())
    result = work_dir / "result.json"
    if not result.exists():
        return []
    record = json.loads(result.read_text())  # its checkpoints were deleted
    before = {"recipe": record["protocol"]["sha256"], "seed": record["seed"]}
    now = {"recipe": recipe_hash(config), "seed": config.seed}
    return [f"{key} {before[key]}, now {now[key]}" for key in now if before[key] != now[key]]


def move_aside(work_dir: Path) -> Path:
    """Move all that is in `work_dir` to `work_dir.old-N`, the first N that is free.

    The folder itself stays, and with it a lock that is held on it. Checkpoints move last, so that a
    move that is killed is noticed and finished by the next try. Records are renamed: reports
    count what is called `result.json`, and this run is no longer one of the results.
    """
    name = work_dir.resolve()
    free = (name.with_name(f"{name.name}.old-{number}") for number in count(1))
    aside = next(folder for folder in free if not folder.exists())
    aside.mkdir()
    last = checkpoints(work_dir)
    for path in [*(path for path in work_dir.iterdir() if path not in last), *last]:
        path.rename(aside / (f"old-{path.name}" if path.name in RECORDS else path.name))
    return aside
