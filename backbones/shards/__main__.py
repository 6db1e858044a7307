"""Pictures to tar shards: `python -m backbones.shards FOLDER OUT`, and their check.

    python -m backbones.shards FOLDER OUT [--images-per-shard N]   write, or go on writing
    python -m backbones.shards --check OUT                         every hash, path or URL

OUT, or its URL, is then a `data_root` of pretraining; a folder or URL with train/ and val/ written
like this is one of `transfer.classify`. The shards are an ordinary WebDataset: `KEY.jpg` and, where
folders are classes, `KEY.cls`.
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from backbones.runs.provenance import sha256_file
from backbones.shards.index import index_of, load_index
from backbones.shards.remote import chunks, is_url
from backbones.shards.source import check_sizes
from backbones.shards.writer import write_shards


def check(location: str) -> int:
    """Compares every shard with its hash; returns how many there are.

    Raises:
        FileNotFoundError: where one is missing.
        ValueError: naming those that are something else.
    """
    index = load_index(index_of(location) or location)
    remote = is_url(index.place)
    if not remote:
        check_sizes(index)
    wrong = []
    for shard in index.shards:
        if remote:
            digest = hashlib.sha256()
            for chunk in chunks(f"{index.place}/{shard.name}"):
                digest.update(chunk)
            found = digest.hexdigest()
        else:
            found = sha256_file(Path(index.place, shard.name))
        if found != shard.sha256:
            wrong.append(shard.name)
    if wrong:
        raise ValueError(
            f"{len(wrong)} of {len(index.shards)} shards at {index.place} are not those of their "
            f"index: {', '.join(wrong[:5])}; copy them again, or remove them and write them again"
        )
    return len(index.shards)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m backbones.shards",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="?", type=Path, help="pictures, one folder a class or flat")
    parser.add_argument("out", nargs="?", type=Path, help="where the shards go")
    parser.add_argument("--images-per-shard", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, help="of the order they are written in")
    parser.add_argument("--check", metavar="OUT", help="path or URL of shards")
    options = parser.parse_args(arguments)
    if bool(options.check) == bool(options.out) or options.images_per_shard < 1:
        parser.error("give FOLDER and OUT, with at least 1 picture a shard, or --check OUT")
    console = Console()
    try:
        if options.check:
            console.print(f"{check(options.check)} shards are whole", highlight=False)
            return
        with Progress(console=console) as bar:
            job = bar.add_task("shards", total=None)
            index = write_shards(
                options.folder,
                options.out,
                options.images_per_shard,
                seed=options.seed,
                told=lambda done, total: bar.update(job, completed=done, total=total),
            )
    except (OSError, ValueError) as error:
        sys.exit(f"python -m backbones.shards: {error}")
    console.print(
        f"{len(index)} pictures, {len(index.classes)} classes, {len(index.shards)} shards: "
        f"{options.out}",
        highlight=False,
    )


if __name__ == "__main__":
    main()
