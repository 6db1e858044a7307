"""ImageNet protocols: `python -m transfer.classify CONFIG --work-dir DIR`, on MMEngine's Runner.

DIR afterwards holds the log, the newest checkpoints, `per_image.npz`, and `result.json` once the
run is complete (`failure.json` where it died).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config, DictAction

import transfer.classify  # noqa: F401  registers our types
from backbones.runs.failure import note_failures, write_failure
from backbones.runs.processes import add_arguments, launched
from transfer.classify.complete import complete
from transfer.runner import TransferRunner, follow_data_root


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m transfer.classify", description=__doc__)
    parser.add_argument(
        "config", type=Path, help="a file of transfer/configs/imagenet, or your own"
    )
    parser.add_argument(
        "--work-dir", type=Path, required=True, help="where the run leaves its files"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="continue from the newest whole checkpoint of the same recipe, if any",
    )
    add_arguments(parser)
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=DictAction,
        metavar="KEY=VALUE",
        help="change the config, e.g. data_root=PATH model.backbone.init_cfg.checkpoint=FILE "
        "randomness.seed=1 device_batch_size=64",
    )
    return parser.parse_args(arguments)


def configure(arguments: argparse.Namespace) -> tuple[Config, str]:
    """The complete config and what to say about it in the log."""
    config = Config.fromfile(arguments.config)
    config.merge_from_dict(arguments.cfg_options or {})
    config.work_dir = str(arguments.work_dir)
    config.launcher = arguments.launcher
    config.resume = config.resume or arguments.resume
    processes = launched(arguments)
    follow_data_root(config)
    return config, complete(config, world_size=processes)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    note_failures(options.work_dir)
    try:
        config, message = configure(options)
    except (FileNotFoundError, ValueError) as error:
        write_failure(options.work_dir, error)
        sys.exit(f"python -m transfer.classify: {error}")
    runner = TransferRunner.from_cfg(config)
    runner.logger.info(message)
    runner.train()


if __name__ == "__main__":
    main()
