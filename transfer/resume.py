"""Where a killed run continues: at its newest whole checkpoint, if that is of the same recipe."""

from pathlib import Path
from typing import Any

import torch

from backbones.runs.resume import whole_ones


def checkpoint_to_continue(
    work_dir: Path, recipe: dict[str, Any], *, restart_if_changed: bool
) -> Path | None:
    """The newest whole checkpoint of `recipe`; None where the run begins at the beginning.

    Raises:
        ValueError: where there are only checkpoints of another recipe, unless `restart_if_changed`.
    """
    others = {}
    for path in whole_ones(work_dir):
        # mapped, not read: the weights stay on the disk
        checkpoint = torch.load(path, map_location="cpu", mmap=True, weights_only=False)
        found = checkpoint["meta"].get("recipe") or {}
        if found == recipe:
            return path
        others[path.name] = [key for key in recipe if found.get(key) != recipe[key]]
    if others and not restart_if_changed:
        name, changed = next(iter(others.items()))
        raise ValueError(
            f"{work_dir} holds an unfinished run that differs in {' and '.join(changed)} ({name}); "
            "choose another --work-dir, or begin again here with --cfg-options "
            "restart_if_changed=True"
        )
    return None
