"""What every subcommand asks, and where its numbers were measured."""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import Any

import torch

from backbones.compiling import COMPILE_MODES
from backbones.sizes import SIZES
from backbones.timing import machine
from pretrain.benchmark.cases import DTYPES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Size, batch, precision, rounds, and where to run."""
    parser.add_argument("--arch", choices=SIZES, default="base")
    parser.add_argument("--size", type=int, default=224, help="pixels")
    parser.add_argument("--depth", type=int, help="encoder blocks, if not the architecture's")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="bfloat16: autocast")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=1, help="rounds that are not counted")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--checkpointing", action="store_true", help="recompute activations")
    parser.add_argument(
        "--compile-mode",
        default="default",
        choices=COMPILE_MODES,
        help="torch.compile's, of 'compiled'",
    )
    parser.add_argument("--out", type=Path, help="JSON file for every number")


def describe(options: Namespace) -> dict[str, Any]:
    """Settings, device and versions, as JSON holds them."""
    names = ("arch", "size", "depth", "batch", "dtype", "checkpointing", "repeats", "warmup")
    return {
        **{name: getattr(options, name) for name in names},
        **machine(options.device),
    }


def sentence(settings: dict[str, Any]) -> str:
    """The settings that are set, in a line."""
    return ", ".join(f"{key} {value}" for key, value in settings.items() if value not in (None, ""))
