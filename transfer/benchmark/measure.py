"""Seconds of alternating steps in one process; peak memory of each in a process of its own."""

import json
import resource
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Sequence

import torch

from transfer.benchmark.cases import Case, build_case


def seconds(case: Case) -> float:
    _wait()
    start = time.perf_counter()
    case.step()
    _wait()
    return time.perf_counter() - start


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def alternate(cases: dict[str, Case], *, warmup: int, repeats: int) -> dict[str, list[float]]:
    """A B C A B C …, so that whatever else the machine does meets all alike."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(warmup + repeats):
        for name, case in cases.items():
            taken = seconds(case)
            if turn >= warmup:
                times[name].append(taken)
            text = f"\rround {turn + 1} of {warmup + repeats}, {name}: {taken:.2f} s   "
            print(text, end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return times


def memory(name: str, options: Namespace) -> dict[str, float]:
    """Gigabytes (10^9 bytes) at the peak of two steps, and at most before the first.

    On a CUDA device what PyTorch allocated, on a CPU the process's resident memory; so this runs
    in a fresh process, see `memory_in_a_process`.
    """
    case = build_case(name, options, weights=False)
    before = _peak()
    for _ in range(2):
        case.step()
    return {"peak": _peak(), "before": before}


def _peak() -> float:
    if torch.cuda.is_available() and torch.cuda.memory_allocated():
        return torch.cuda.max_memory_allocated() / 1e9
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def memory_in_a_process(name: str, arguments: Sequence[str]) -> dict[str, float]:
    """`memory` of the command line's case, measured in a child process.

    Raises:
        RuntimeError: where the child fails, with what it said.
    """
    command = [sys.executable, "-m", "transfer.benchmark", *arguments, "--memory-of", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
