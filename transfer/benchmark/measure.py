"""The peak memory of a case, in a process of its own."""

from argparse import Namespace
from collections.abc import Sequence

from backbones.timing import in_a_process, peak
from transfer.benchmark.cases import build_case


def memory(name: str, options: Namespace) -> dict[str, float]:
    """Gigabytes at the peak of two steps, and at most before the first; in a fresh process."""
    case = build_case(name, options, weights=False)
    before = peak()
    for _ in range(2):
        case.step()
    return {"peak": peak(), "before": before}


def memory_in_a_process(name: str, arguments: Sequence[str]) -> dict[str, float]:
    """`memory` of the command line's case, measured in a child process.

    Raises:
        RuntimeError: where the child fails, with what it said.
    """
    return in_a_process("transfer.benchmark", [*arguments, "--memory-of", name])
