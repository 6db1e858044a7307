"""The runner behind `runner_type = 'TransferRunner'`: one option moves the data, failures noted.

MMEngine fills `data_root` into derived paths while it reads a config, before `--cfg-options` are
merged, so overriding it there changes nothing. Here the paths follow.
"""

import sys
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.dist import is_main_process
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from transfer.hooks.record import TransferRecordHook

PATH_KEYS = (
    "train_dataloader",
    "val_dataloader",
    "test_dataloader",
    "val_evaluator",
    "test_evaluator",
)


@RUNNERS.register_module()
class TransferRunner(Runner):
    """MMEngine's runner; see the module's docstring for the difference."""

    @classmethod
    def from_cfg(cls, cfg: Config) -> "TransferRunner":
        note_failures(cfg)
        follow_data_root(cfg)
        runner: TransferRunner = super().from_cfg(cfg)
        return runner


def note_failures(cfg: Config) -> None:
    """From here on a dying run writes `failure.json`, also before its hooks exist."""
    hook = TransferRecordHook()
    hook.folder = Path(cfg["work_dir"])
    if is_main_process():
        (hook.folder / "failure.json").unlink(missing_ok=True)
        sys.excepthook = hook.on_exception


def follow_data_root(cfg: Config) -> None:
    """Replace `paths_root`, what the config's paths were written under, by `data_root`.

    The config that is dumped to the work folder holds the replaced paths, so that it works with any
    tool. A path given by hand, e.g. `val_dataloader.dataset.data_root=…`, is left alone.

    Raises:
        FileNotFoundError: where `data_root` is no folder.
    """
    new, old = cfg.get("data_root"), cfg.get("paths_root")
    if new is None or old is None:
        return
    if not Path(new).is_dir():
        raise FileNotFoundError(
            f"data_root {new} is no folder; give --cfg-options data_root=PATH to the data set "
            "(`python -m transfer.doctor --data PATH` says what is expected there)"
        )
    for key in PATH_KEYS:
        if key in cfg:
            cfg[key] = replace_root(cfg[key], old, new)
    cfg["paths_root"] = new


def replace_root(value: Any, old: str, new: str) -> Any:
    """`value` with every string that is `old`, or lies below it, moved to `new`."""
    if isinstance(value, dict):
        return ConfigDict({key: replace_root(item, old, new) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return type(value)(replace_root(item, old, new) for item in value)
    if isinstance(value, str) and (value == old or value.startswith(f"{old}/")):
        return str(new) + value[len(old) :]
    return value
