"""GPU-hours of whole pretrainings, on paper, from images/s that were measured.

hours = epochs x 1,281,167 pictures / (images/s of one GPU x GPUs x efficiency) / 3600. RATES is
the `rates.json` that `python -m pretrain.benchmark gpu` leaves, or of the same form. An
architecture without a measured rate gets no number. Several GPUs are taken to be as many times as
fast, which none quite are, unless `--efficiency 8=0.95` says what was measured.
"""

import argparse
import json
import math
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from backbones.runs.files import write_json

PICTURES = 1_281_167  # of ImageNet-1K's training set
SIZE = 224  # pixels
ARCHS = ("base", "large", "huge")
EPOCHS = (800, 1600)
GPUS = (1, 8, 64)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rates", type=Path, help='{"images_per_second": {"base": …}, "device": …}')
    parser.add_argument(
        "--efficiency",
        nargs="+",
        default=[],
        metavar="GPUS=SHARE",
        help="measured images/s of several GPUs over as many times one's",
    )
    parser.add_argument("--out", type=Path, help="JSON file for every number")


def read_rates(path: Path) -> dict[str, Any]:
    """Raises ValueError where the file holds no rate that was measured."""
    found = json.loads(path.read_text())
    rates = found.get("images_per_second") if isinstance(found, dict) else None
    if not isinstance(rates, dict) or not rates or not found.get("device"):
        raise ValueError(
            f"{path} names no device or no images_per_second; measure them with "
            "python -m pretrain.benchmark gpu FOLDER, which leaves FOLDER/rates.json"
        )
    if found.get("depth") or found.get("size", SIZE) != SIZE:
        raise ValueError(
            f"{path} was measured at {found.get('size')} pixels and a depth of "
            f"{found.get('depth') or 'its own'}, to try the command out; the cost is of whole "
            f"models at {SIZE}"
        )
    for arch, rate in rates.items():
        known = arch in ARCHS and isinstance(rate, int | float) and not isinstance(rate, bool)
        if not known or not 0 < rate < math.inf:
            raise ValueError(f"{path} gives {arch!r} {rate!r} images/s; {', '.join(ARCHS)} alone")
    return found


def read_efficiency(pairs: Sequence[str]) -> dict[int, float]:
    """Raises ValueError for shares that are none."""
    shares = dict.fromkeys(GPUS, 1.0)
    for pair in pairs:
        gpus, _, share = pair.partition("=")
        try:
            shares[int(gpus)] = float(share)
        except ValueError:
            raise ValueError(f"--efficiency takes GPUS=SHARE, e.g. 8=0.95, got {pair!r}") from None
        if not 0 < shares[int(gpus)] <= 1 or int(gpus) not in GPUS:
            raise ValueError(f"--efficiency {pair}: GPUs of {GPUS}, a share above 0 and up to 1")
    return shares


def hours(rate: float, epochs: int, gpus: int, efficiency: float) -> float:
    """Hours of wall time."""
    return epochs * PICTURES / (rate * gpus * efficiency) / 3600


def readable(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.3g}"


def run(options: Namespace, arguments: Sequence[str]) -> None:
    found, shares = read_rates(options.rates), read_efficiency(options.efficiency)
    rates, rows = found["images_per_second"], []
    table = Table("ViT", "epochs", "GPUs", "images/s", "hours", "GPU-hours", "arithmetic")
    for arch in ARCHS:
        if arch not in rates:
            table.add_row(arch, "–", "–", "not measured", "–", "–", "")
            continue
        for epochs in EPOCHS:
            for gpus in GPUS:
                wall = hours(rates[arch], epochs, gpus, shares[gpus])
                total = rates[arch] * gpus * shares[gpus]
                rows.append(
                    {
                        "arch": arch,
                        "epochs": epochs,
                        "gpus": gpus,
                        "images_per_second": total,
                        "hours": wall,
                        "gpu_hours": wall * gpus,
                    }
                )
                sum_ = f"{epochs} x {PICTURES:,} / {total:.4g} / 3600"
                numbers = (f"{total:.4g}", readable(wall), readable(wall * gpus))
                table.add_row(arch, str(epochs), str(gpus), *numbers, sum_)
    Console(width=110).print(table)
    said = [f"{gpus} GPUs at {share:.0%} of {gpus} times one" for gpus, share in shares.items()]
    print(f"measured on {found['device']}; {'; '.join(said[1:])}; data loading left out")
    if options.out:
        write_json(options.out, {"rates": found, "efficiency": shares, "rows": rows})
