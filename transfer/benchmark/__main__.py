"""`python -m transfer.benchmark {segmentation,detection,gpu}`; each explains itself with -h."""

import argparse
import sys
from argparse import Namespace
from collections.abc import Sequence

from backbones.commands import add_commands
from transfer.benchmark import gpu, step
from transfer.benchmark.config import BATCH

GPU = "gpu"


def parse(arguments: Sequence[str]) -> Namespace:
    parser = argparse.ArgumentParser(prog="python -m transfer.benchmark", description=__doc__)
    add_commands(parser, {**dict.fromkeys(BATCH, step), GPU: gpu}, dest="task")
    options = parser.parse_args(arguments)
    if options.task != GPU:
        step.complete(options)
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parse(arguments)
    if options.task == GPU:
        gpu.run(options)
    else:
        step.run(options, arguments)


if __name__ == "__main__":
    main()
