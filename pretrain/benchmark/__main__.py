"""`python -m pretrain.benchmark COMMAND`; each explains itself with -h."""

import argparse
import sys
from collections.abc import Sequence

from backbones.commands import add_commands
from pretrain.benchmark import batch, cost, gpu, growth, step, targets

COMMANDS = {
    "step": step,
    "targets": targets,
    "growth": growth,
    "batch": batch,
    "gpu": gpu,
    "cost": cost,
}


def main(arguments: Sequence[str] | None = None) -> None:
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="python -m pretrain.benchmark", description=__doc__)
    add_commands(parser, COMMANDS)
    options = parser.parse_args(arguments)
    try:
        COMMANDS[options.command].run(options, arguments[1:])
    except (FileNotFoundError, RuntimeError, ValueError) as error:
        sys.exit(f"python -m pretrain.benchmark {options.command}: {error}")


if __name__ == "__main__":
    main()
