"""Is everything here to train and transfer? `python -m transfer.doctor [--data ROOT]`.

One line a check, a remedy below each failure. Exit code 1 where a check failed; a missing GPU and
missing data sets are only noted.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from transfer.doctor_data import State, data_findings

SIGNS = {"ok": "[green]ok  [/]", "note": "[yellow]note[/]", "fail": "[red]FAIL[/]"}
# The maintained forks first, the upstream distribution second; both import under one name.
CODE_BASES = {
    "mmengine": ("onedl-mmengine", "mmengine"),
    "mmcv": ("onedl-mmcv", "mmcv"),
    "mmdet": ("onedl-mmdetection", "mmdet"),
    "mmseg": ("onedl-mmsegmentation", "mmsegmentation"),
    "mim": ("onedl-mim", "openmim"),
}


@dataclass(frozen=True)
class Finding:
    state: State
    what: str
    remedy: str = ""


def check_python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < (3, 11):  # noqa: UP036  the doctor also sees bare checkouts
        return Finding("fail", f"Python {found}", "install Python 3.11 or newer")
    return Finding("ok", f"Python {found}")


def check_torch() -> Finding:
    """torchvision's compiled operators load only with the torch build they were made for."""
    try:
        import torch
        import torchvision
    except (ImportError, RuntimeError, OSError) as error:
        return Finding(
            "fail",
            f"torch and torchvision do not import together: {_first_line(error)}",
            "install a matching pair from one index: uv pip install --reinstall torch torchvision",
        )
    what = f"torch {torch.__version__}, torchvision {torchvision.__version__}"
    major, minor = (int(part) for part in torch.__version__.split(".")[:2])
    if not (2, 6) <= (major, minor) < (2, 14):
        return Finding("fail", what, "install torch>=2.6,<2.14: mmcv's operators need it")
    return Finding("ok", what)


def check_cuda() -> Finding:
    try:
        import torch
    except (ImportError, OSError) as error:
        return Finding("fail", f"CUDA: torch does not import: {_first_line(error)}", "see above")
    if torch.cuda.is_available():
        name, count = torch.cuda.get_device_name(), torch.cuda.device_count()
        return Finding("ok", f"CUDA {torch.version.cuda}: {count} x {name}")
    return Finding(
        "note",
        "CUDA: no GPU, everything runs on the CPU",
        "fine for the demo; else install a CUDA build of torch and compile mmcv against it",
    )


def check_mmcv_ops() -> Finding:
    """The operators really run: an mmcv built without torch installs, but without them."""
    try:
        import torch
        from mmcv.ops import nms, roi_align

        boxes = torch.tensor([[0.0, 0.0, 4.0, 4.0], [0.0, 0.0, 4.0, 4.0]])
        kept = nms(boxes, torch.tensor([0.9, 0.8]), 0.5)[1]
        pooled = roi_align(torch.ones(1, 1, 8, 8), torch.tensor([[0.0, 0, 0, 4, 4]]), (2, 2))
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        return Finding(
            "fail",
            f"mmcv operators: {_first_line(error)}",
            "compile mmcv where torch is importable: uv pip install --reinstall "
            "--no-build-isolation --no-binary onedl-mmcv onedl-mmcv==2.3.6 (minutes)",
        )
    if kept.tolist() != [0] or pooled.mean().item() != 1:
        return Finding("fail", "mmcv operators give wrong results", "compile mmcv again, see above")
    return Finding("ok", "mmcv operators: nms and roi_align run")


def check_code_base(name: str) -> Finding:
    fork, upstream = CODE_BASES[name]
    installed = next((d for d in (fork, upstream) if _version(d)), None)
    try:
        import_module(name)
    except Exception as error:  # an incompatible pair raises anything, AssertionError included
        return Finding("fail", f"{name}: {_first_line(error)}", f"uv pip install {fork}")
    if installed is None:
        return Finding("note", f"{name}: imports, from no known distribution")
    return Finding("ok", f"{name}: {installed} {_version(installed)}")


def check_ours() -> Finding:
    try:
        import_module("backbones")
    except Exception as error:
        return Finding("fail", f"backbones: {_first_line(error)}", "uv pip install -e . here")
    return Finding("ok", "backbones: registers with MMEngine")


def findings(data: Path | None) -> list[Finding]:
    checks: list[Callable[[], Finding]] = [check_python, check_torch, check_cuda, check_mmcv_ops]
    found = [check() for check in checks]
    found += [check_code_base(name) for name in CODE_BASES]
    found.append(check_ours())
    if data is not None:
        found += [Finding(*finding) for finding in data_findings(data)]
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m transfer.doctor", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="ROOT", help="folder with the data sets")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    found = findings(options.data)
    for finding in found:
        console.print(f"{SIGNS[finding.state]} {escape(finding.what)}")
        if finding.remedy:
            console.print(f"     [dim]→ {escape(finding.remedy)}[/]")
    return int(any(finding.state == "fail" for finding in found))


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


if __name__ == "__main__":
    sys.exit(main())
