"""What a checkpoint is, and its conversion to an export.

    python -m backbones inspect FILE [--config TRANSFER_CONFIG]
    python -m backbones convert FILE OUT.pth

FILE is a path or URL: .pth, .pth.tar, .bin, .ckpt or .safetensors, of any family in
backbones/checkpoints/families.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from backbones.block import ACTIVATIONS
from backbones.checkpoints.convert import Stated, convert, describe
from backbones.checkpoints.families.source import NORMALISATIONS
from backbones.checkpoints.inspect import inspected


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m backbones",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    inspect = commands.add_parser("inspect", help="what a file is and what a load would do")
    export = commands.add_parser("convert", help="write a file as an export of this project")
    for command in (inspect, export):
        command.add_argument("file", metavar="FILE", help="path or URL")
        command.add_argument("--branch", choices=("teacher", "student"),
                             help="of a DINO or iBOT checkpoint")  # fmt: skip
        command.add_argument("--registers", choices=("keep", "drop"), help="DINOv2's registers")
        facts = command.add_argument_group("facts the file may be silent about")
        facts.add_argument("--heads", type=int, help="attention heads")
        facts.add_argument("--act", choices=sorted(ACTIVATIONS), help="activation of the MLPs")
        facts.add_argument("--normalisation", choices=sorted(NORMALISATIONS),
                           help="of the pictures it was trained on")  # fmt: skip
    inspect.add_argument("--config", type=Path, help="show the load into this configuration")
    export.add_argument("out", type=Path, metavar="OUT.pth")
    options = parser.parse_args(arguments)
    stated = Stated(options.heads, options.act, options.normalisation)
    try:
        described = describe(options.file, options.branch, options.registers, stated)
        if options.command == "inspect":
            print(inspected(described, options.config))
        else:
            meta = convert(described, options.out)
            print(f"{options.out}: {meta['family']}, sha256 {meta['sha256']}")
    except (OSError, ValueError) as error:
        sys.exit(f"python -m backbones: {error}")


if __name__ == "__main__":
    main()
