"""The runner behind `runner_type = 'TransferRunner'`.

- One option moves the data. MMEngine fills `data_root` into derived paths while it reads a config,
  before `--cfg-options` are merged, so overriding it there changes nothing; here the paths follow.
- Weights load completely or not at all, also in `mim test` and `load_from`.
- `--resume` continues from the newest checkpoint that is whole and of the same recipe.
- The backbone takes over what its checkpoint's family is (transfer/adopted.py).
- Another number of epochs, or another batch, makes the rest of the schedule follow (schedule.py).
- A run that dies says why in `failure.json`.
"""

from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from torch import nn

from backbones.runs.failure import note_failures
from backbones.runs.processes import by_main, world_size
from backbones.runs.runner import StrictRunner
from backbones.shards.remote import is_url
from transfer.adopted import adopt_checkpoint
from transfer.recipe import data_of, recipe
from transfer.resume import checkpoint_to_continue
from transfer.schedule import follow_schedule

PATH_KEYS = (
    "train_dataloader",
    "val_dataloader",
    "test_dataloader",
    "val_evaluator",
    "test_evaluator",
)


@RUNNERS.register_module()
class TransferRunner(StrictRunner):
    """MMEngine's runner; see the module's docstring for the differences."""

    _resume: bool
    _load_from: str | None
    schedule_note: str = ""

    @classmethod
    def from_cfg(cls, cfg: Config) -> "TransferRunner":
        note_failures(Path(cfg["work_dir"]))  # also of what dies before there are hooks
        follow_data_root(cfg)
        adopt_checkpoint(cfg)
        note = follow_schedule(cfg, world_size(cfg.get("launcher", "none")))
        runner: TransferRunner = super().from_cfg(cfg)
        runner.schedule_note = note
        return runner

    def train(self) -> nn.Module:
        if self.schedule_note:
            self.logger.info(self.schedule_note)
        model: nn.Module = super().train()
        return model

    def load_or_resume(self) -> None:
        """MMEngine resumes from what `last_checkpoint` names, which may be half written or gone."""
        if self._resume and self._load_from is None:
            found = by_main(self._checkpoint_to_continue)
            self._resume, self._load_from = found is not None, found
        super().load_or_resume()

    def _checkpoint_to_continue(self) -> str | None:
        found = checkpoint_to_continue(
            Path(self.work_dir),
            recipe(self, data_of(self)),
            restart_if_changed=bool(self.cfg.get("restart_if_changed")),
        )
        self.logger.info(f"continuing {found}" if found else "nothing to continue, starting afresh")
        return str(found) if found else None


def obey_runner_type() -> None:
    """Make `Runner.from_cfg` heed `runner_type`, which MMSegmentation's test script does not."""
    plain = Runner.from_cfg.__func__

    def from_cfg(cls: type[Runner], cfg: Config) -> Runner:
        if cls is Runner and cfg.get("runner_type") == TransferRunner.__name__:
            return TransferRunner.from_cfg(cfg)
        return plain(cls, cfg)

    Runner.from_cfg = classmethod(from_cfg)


obey_runner_type()


def follow_data_root(cfg: Config) -> None:
    """Replace `paths_root`, what the config's paths were written under, by `data_root`.

    The config that is dumped to the work folder holds the replaced paths, so that it works with any
    tool. A path given by hand, e.g. `val_dataloader.dataset.data_root=…`, is left alone.

    A URL, of shards, is looked at where they are read.

    Raises:
        FileNotFoundError: where `data_root` is no folder.
    """
    new, old = cfg.get("data_root"), cfg.get("paths_root")
    if new is None or old is None:
        return
    if is_url(new):
        new = cfg["data_root"] = new.rstrip("/")
    elif not Path(new).is_dir():
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
