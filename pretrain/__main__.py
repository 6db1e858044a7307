"""Pretrain: `python -m pretrain CONFIG --work-dir DIR`, any method, on MMEngine's Runner.

DIR afterwards holds the log, the newest checkpoints, figures, and `result.json` once the run is
complete (`failure.json` where it died). Export the encoder with `python -m pretrain.export DIR`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from mmengine.config import Config, DictAction

import pretrain  # noqa: F401  registers our types
from pretrain.recipe import complete
from pretrain.resume import checkpoints, newest_whole
from pretrain.runner import StrictRunner

WORLD_SIZE = {"none": None, "pytorch": "WORLD_SIZE", "slurm": "SLURM_NTASKS"}


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pretrain", description=__doc__)
    parser.add_argument("config", type=Path, help="a file of pretrain/configs, or your own")
    parser.add_argument(
        "--work-dir", type=Path, required=True, help="where the run leaves its files"
    )
    parser.add_argument(
        "--resume", action="store_true", help="continue from the newest whole checkpoint, if any"
    )
    parser.add_argument("--amp", action="store_true", help="bfloat16 autocast, on GPU or CPU")
    parser.add_argument("--launcher", choices=WORLD_SIZE, default="none")
    parser.add_argument("--seed", type=int, help="default: the config's (0)")
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=DictAction,
        metavar="KEY=VALUE",
        help="change the config, e.g. data_root=pictures epochs=100 batch_size=256 "
        "device_batch_size=64 trackers=tensorboard,wandb",
    )
    parser.add_argument("--local_rank", "--local-rank", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def configure(arguments: argparse.Namespace) -> tuple[Config, str]:
    """The complete config and what to say about it in the log."""
    config = Config.fromfile(arguments.config)
    config.merge_from_dict(arguments.cfg_options or {})
    if arguments.seed is not None:
        config.seed = arguments.seed
    config.randomness = {"seed": config.seed}
    config.work_dir = str(arguments.work_dir)
    config.experiment_name = arguments.work_dir.resolve().name
    config.launcher = arguments.launcher
    if arguments.amp:
        config.optim_wrapper.type = "Bf16OptimWrapper"
    if arguments.local_rank is not None:
        os.environ.setdefault("LOCAL_RANK", str(arguments.local_rank))
    variable = WORLD_SIZE[arguments.launcher]
    if variable and not torch.cuda.is_available():
        raise ValueError(
            f"--launcher {arguments.launcher} needs a GPU for each process (MMEngine binds each to "
            "one), and none is found here; leave --launcher out"
        )
    message = complete(config, world_size=int(os.environ[variable]) if variable else 1)
    return config, message


def start_from(work_dir: Path, *, resume: bool) -> Path | None:
    """The checkpoint to resume, None for a fresh start.

    Raises:
        ValueError: where a fresh run would mix its files with an older one's.
    """
    if resume:
        return newest_whole(work_dir)
    if old := checkpoints(work_dir):
        raise ValueError(
            f"{work_dir} already holds a run ({old[0].name}); continue it with --resume, or choose "
            "another --work-dir"
        )
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    if options.resume and (options.work_dir / "result.json").exists():
        print(f"{options.work_dir} is finished: its result.json is complete. Nothing to do.")
        return
    try:
        checkpoint = start_from(options.work_dir, resume=options.resume)
        config, message = configure(options)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"python -m pretrain: {error}")
    if checkpoint is not None:
        config.resume, config.load_from = True, str(checkpoint)
    runner = StrictRunner.from_cfg(config)
    runner.logger.info(message)
    runner.train()


if __name__ == "__main__":
    main()
