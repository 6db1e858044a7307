"""How long work takes and how much memory it holds, measured so that others can repeat it."""

import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mmengine
import timm
import torch


def alternate(
    works: Mapping[str, Callable[[], object]], *, warmup: int, repeats: int
) -> dict[str, list[float]]:
    """Seconds of each: A B C A B C …, so that whatever else the machine does meets all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(warmup + repeats):
        for name, work in works.items():
            taken = seconds(work)
            if turn >= warmup:
                times[name].append(taken)
            text = f"\rround {turn + 1} of {warmup + repeats}, {name}: {taken:.2f} s   "
            print(text, end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return times


def seconds(work: Callable[[], object]) -> float:
    wait()
    start = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - start


def wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def peak() -> float:
    """Gigabytes (10^9 bytes) this process has held at most.

    On a CUDA device what PyTorch allocated, on a CPU the process's resident memory; so whatever is
    measured has a process to itself, see `in_a_process`.
    """
    if torch.cuda.is_available() and torch.cuda.memory_allocated():
        return torch.cuda.max_memory_allocated() / 1e9
    status = Path("/proc/self/status")  # Linux counts the parent's peak into getrusage's
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e9
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def in_a_process(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """The JSON on the last line that `python -m module arguments` prints.

    Raises:
        RuntimeError: where the child fails, with what it said.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def machine(device: str) -> dict[str, Any]:
    """What was measured on, and with what, as JSON holds it."""
    cuda = torch.device(device).type == "cuda"
    return {
        "device": torch.cuda.get_device_name() if cuda else f"cpu, {platform.machine()}",
        "threads": torch.get_num_threads(),
        "bfloat16 units": None if cuda else bfloat16_units(),
        "versions": {module.__name__: module.__version__ for module in (torch, timm, mmengine)},
    }


def bfloat16_units() -> bool:
    """Whether this processor multiplies bfloat16 itself; others do it in float32, far slower."""
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
