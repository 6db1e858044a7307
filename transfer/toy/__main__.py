"""Write toy scenes as COCO, ADE20K and ImageNet: `python -m transfer.toy OUT`."""

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from transfer.toy.write import ToyOptions, write_toy


def main(arguments: list[str] | None = None) -> int:
    given = parse(arguments)
    console = Console(stderr=True)
    start = time.perf_counter()
    try:
        options = ToyOptions(given.train, given.val, given.size, given.seed)
        with Progress(console=console, transient=True) as bar:
            job = bar.add_task("toy scenes", total=options.pictures)
            written = write_toy(
                given.out,
                options,
                workers=given.workers,
                progress=lambda n: bar.advance(job, n),
                replace=given.replace,
            )
    except ValueError as error:
        console.print(f"[red]error:[/] {error}", highlight=False, soft_wrap=True)
        return 2
    if written:
        seconds = time.perf_counter() - start
        console.print(f"wrote {options.pictures} pictures below {given.out} in {seconds:.1f} s")
    else:
        console.print(f"kept {given.out}: the same toy scenes are there already")
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m transfer.toy",
        description="Textured, overlapping, labelled shapes in the layout of COCO 2017 (OUT/coco), "
        "ADE20K (OUT/ade20k) and ImageNet (OUT/imagenet). The folder appears when it is complete; "
        "the same set in the same place is kept.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to write")
    parser.add_argument("--train", type=int, default=1200, help="training pictures a layout")
    parser.add_argument("--val", type=int, default=200, help="validation pictures a layout")
    parser.add_argument("--size", type=int, default=128, help="side of a picture in pixels")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other scenes")
    parser.add_argument(
        "--workers", type=int, default=min(4, os.cpu_count() or 1), help="processes"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="write anew where OUT holds toy scenes of another version or other options",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
