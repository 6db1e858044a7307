"""Pretrain: `python -m pretrain CONFIG --work-dir DIR`, any method, on MMEngine's Runner.

DIR afterwards holds the log, the newest checkpoints, figures, and `result.json` once the run is
complete (`failure.json` where it died). Export the encoder with `python -m pretrain.export DIR`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config, DictAction

import pretrain  # noqa: F401  registers our types
from backbones.compiling import COMPILE_MODES
from backbones.runs.failure import note_failures, write_failure
from backbones.runs.processes import add_arguments, by_main, join, launched
from backbones.runs.resume import checkpoints
from backbones.runs.runner import StrictRunner
from backbones.runs.sharded_runner import ShardedRunner
from pretrain.graphs import check_graphs
from pretrain.recipe import complete
from pretrain.shardable import check_shard
from pretrain.start import Start, find_start


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pretrain", description=__doc__)
    parser.add_argument("config", type=Path, help="a file of pretrain/configs, or your own")
    parser.add_argument(
        "--work-dir", type=Path, required=True, help="where the run leaves its files"
    )
    parser.add_argument(
        "--resume", action="store_true", help="continue from the newest whole checkpoint, if any"
    )
    parser.add_argument(
        "--restart-if-changed",
        action="store_true",
        help="with --resume, a run of another recipe is moved aside and begun again",
    )
    parser.add_argument("--amp", action="store_true", help="bfloat16 autocast, on GPU or CPU")
    parser.add_argument(
        "--compile",
        nargs="?",
        const="default",
        choices=COMPILE_MODES,
        help="torch.compile the model; reduce-overhead and max-autotune record CUDA graphs "
        "(without accumulation or --shard)",
    )
    add_arguments(parser)
    parser.add_argument(
        "--shard",
        action="store_true",
        help="divide weights, gradients and optimiser state among the processes of --launcher "
        "(FSDP), where gradients and optimiser state do not fit beside the weights",
    )
    parser.add_argument("--seed", type=int, help="default: the config's (0)")
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=DictAction,
        metavar="KEY=VALUE",
        help="change the config, e.g. data_root=pictures epochs=100 batch_size=256 "
        "device_batch_size=64 trackers=tensorboard,wandb",
    )
    options = parser.parse_args(arguments)
    if options.restart_if_changed and not options.resume:
        parser.error("--restart-if-changed is for runs that --resume would continue; give both")
    return options


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
    if arguments.compile:
        config.default_hooks.compiled = {"type": "CompileModel", "mode": arguments.compile}
    if arguments.shard:
        config.shard = True
    check_shard(config)
    message = complete(config, world_size=launched(arguments))
    check_graphs(config)
    return config, message


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    folder: Path = options.work_dir
    if not options.resume and (old := checkpoints(folder)):
        sys.exit(
            f"python -m pretrain: {folder} already holds a run ({old[0].name}); continue it with "
            "--resume, or choose another --work-dir"
        )
    finished = (folder / "result.json").exists()
    if not finished:
        note_failures(folder)
    try:
        config, message = configure(options)
        join(config.launcher, config.env_cfg)
        start = Start()
        if options.resume:
            restart = options.restart_if_changed
            start = by_main(lambda: find_start(folder, config, restart=restart))
    except (FileNotFoundError, ValueError) as error:
        if not finished:
            write_failure(folder, error)
        sys.exit(f"python -m pretrain: {error}")
    if start.finished:
        print(f"{folder} is finished: its result.json is complete. Nothing to do.")
        return
    note_failures(folder)
    if start.checkpoint is not None:
        config.resume, config.load_from = True, str(start.checkpoint)
    runner = (ShardedRunner if config.get("shard") else StrictRunner).from_cfg(config)
    runner.logger.info(message)
    if start.note:
        runner.logger.warning(start.note)
    runner.train()


if __name__ == "__main__":
    main()
