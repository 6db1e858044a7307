"""`python -m reports.benchmark NAME`: one file a benchmark, and a line here."""

import sys
from collections.abc import Sequence

from reports.commands.dispatch import Command, call, listing

PROG = "python -m reports.benchmark"
BENCHMARKS = {
    "reading": Command("reports.benchmark.reading", "thousands of records, by one process or more"),
    "ap": Command("reports.benchmark.ap", "paired resamples of COCO AP, beside pycocotools"),
    "miou": Command("reports.benchmark.miou", "paired resamples of mIoU"),
    "coverage": Command("reports.benchmark.coverage", "how often an interval holds the truth"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in BENCHMARKS:
        return call(BENCHMARKS[given[0]], given[1:])
    print(f"benchmarks, each with --help:\n{listing(PROG, BENCHMARKS)}")
    return 0 if given[:1] in (["-h"], ["--help"]) else 2


if __name__ == "__main__":
    sys.exit(main())
