"""What a run's configuration took over from its checkpoint, kept with the configuration.

The protocol stays what it was: two families under one protocol differ in their network, not in how
they are fine-tuned. So the changes are listed under `adopted`, and `as_shipped` undoes them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from backbones.checkpoints.adopt import adopt


def adopt_checkpoint(cfg: Config) -> None:
    """Let the backbone of `cfg` take over its checkpoint's family traits (see `adopt`).

    A configuration out of a work folder has them already, and does without the file.
    """
    init = cfg.model.get("backbone", {}).get("init_cfg") or {}
    checkpoint = init.get("checkpoint")
    known = cfg.get("adopted")
    if not checkpoint:
        return
    if known and known["checkpoint"] == checkpoint and not _there(checkpoint):
        return
    if known:
        undo(cfg.model, known["changes"])
    changes = adopt(cfg.model)
    cfg["adopted"] = dict(checkpoint=checkpoint, changes=changes)
    for key, change in changes.items():
        print_log(f"taken over from the checkpoint: {key} = {change['new']}", logger="current")


def _there(checkpoint: str) -> bool:
    return "://" in checkpoint or Path(checkpoint).expanduser().is_file()


def as_shipped(config: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a plain configuration as it was before `adopt_checkpoint`."""
    content = {**config}
    known = content.pop("adopted", None)
    if known:
        content["model"] = {**content["model"]}
        for part in ("backbone", "data_preprocessor"):
            if part in content["model"]:
                content["model"][part] = {**content["model"][part]}
        undo(content["model"], known["changes"])
    return content


def undo(model: Any, changes: Mapping[str, Mapping[str, Any]]) -> None:
    for key, change in changes.items():
        part, option = key.split(".")
        if "old" in change:
            model[part][option] = change["old"]
        else:
            model[part].pop(option, None)


def check_same_network(trained: Mapping[str, Any] | None, cfg: Config) -> None:
    """Weights trained as one network are not tested as another.

    Most differences show in the tensors; an activation or a normalisation does not.

    Raises:
        ValueError: naming what differs.
    """
    own = {k: c["new"] for k, c in (cfg.get("adopted") or {}).get("changes", {}).items()}
    theirs = {k: c["new"] for k, c in (trained or {}).get("changes", {}).items()}
    differing = sorted(k for k in own.keys() | theirs.keys() if own.get(k) != theirs.get(k))
    if differing:
        raise ValueError(
            f"the weights were trained with other settings of {', '.join(differing)}, taken over "
            "from the checkpoint they started from; use the configuration in that run's work "
            "folder, or give the same model.backbone.init_cfg.checkpoint"
        )
