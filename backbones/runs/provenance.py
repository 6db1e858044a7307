"""Where a number came from: code, versions, device, configuration."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Collection, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

import backbones

PACKAGES = (
    "vit-transfer-bench",
    "torch",
    "torchvision",
    "timm",
    "numpy",
    "onedl-mmengine",
    "onedl-mmcv",
    "onedl-mmdetection",
    "onedl-mmsegmentation",
    "mmengine",
    "mmcv",
    "mmdet",
    "mmsegmentation",
    "faster-coco-eval",
    "pycocotools",
)


def environment() -> dict[str, Any]:
    """Commit, package versions, device, threads: plain JSON types."""
    cuda = torch.cuda.is_available()
    return {
        "commit": git_commit(),
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
        "device": torch.cuda.get_device_name() if cuda else _processor(),
        "cuda": torch.version.cuda if cuda else None,
        "threads": torch.get_num_threads(),
    }


@cache
def git_commit() -> str | None:
    """Commit of the checkout this code runs from, `-dirty` where files differ; None outside git."""
    root = Path(backbones.__file__).parents[1]

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != root.resolve():
            return None  # installed below some other project's checkout
        dirty = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "HEAD") + ("-dirty" if dirty else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def config_hash(config: Mapping[str, Any], drop: Collection[str] = ()) -> str:
    """Hash of a configuration without the dotted keys in `drop`, e.g. `randomness.seed`."""
    content = plain_config(config, drop)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def plain_config(config: Mapping[str, Any], drop: Collection[str] = ()) -> dict[str, Any]:
    """A configuration in plain JSON types, without the dotted keys in `drop`."""
    content: dict[str, Any] = json.loads(json.dumps(config, default=str, sort_keys=True))
    for path in drop:
        *parents, last = path.split(".")
        node: Any = content
        for key in parents:
            node = node.get(key, {}) if isinstance(node, dict) else {}
        if isinstance(node, dict):
            node.pop(last, None)
    return content


def sha256_file(path: str | Path) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return f"CPU ({line.split(':', 1)[1].strip()})"
    except OSError:
        pass
    return f"CPU ({platform.machine()})"
