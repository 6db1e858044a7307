"""What a target costs: a training step with each, side by side.

Beside the medians stands where the time goes: making the target (for tokens: the tokenizer), and
predicting and scoring it.

Tokenizers have random weights here, of the size of pretrain/configs/tokenizers/ (vq) and of
DALL-E's encoder (dvae, on a second view of half the side): they cost what trained ones do.
"""

import argparse
import copy
import tempfile
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from mmengine.registry import MODELS
from rich.console import Console
from rich.table import Table
from torch import Tensor

from backbones.runs.files import write_json
from backbones.timing import alternate
from pretrain.benchmark import settings
from pretrain.benchmark.cases import DTYPES, LR, read_config
from pretrain.masking import take
from pretrain.model import MaskedImageModel
from pretrain.targets import FittedTarget
from pretrain.tokenizers.dalle import Encoder

TARGETS: dict[str, dict[str, Any]] = {
    "pixel": {"type": "PixelTarget", "normalize": False},
    "pixel-norm": {"type": "PixelTarget", "normalize": True},
    "pca": {"type": "PCATarget"},
    "hog": {"type": "HOGTarget"},
    "palette": {"type": "PaletteTarget"},
    "vq": {"type": "TokenTarget", "tokenizer": {"type": "VQVAE"}},
    "dvae": {"type": "TokenTarget", "tokenizer": {"type": "DalleTokenizer"}},
}
BASELINE = "pixel-norm"
DEFAULT = (BASELINE, "vq", "dvae")
PARTS = ("step", "target", "head")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", choices=TARGETS, help="default: pixel-norm, vq, dvae")
    parser.add_argument("--compile", action="store_true", help="every model through torch.compile")
    settings.add_arguments(parser)


def build(name: str, options: Namespace, folder: Path) -> MaskedImageModel:
    """MAE's model with one target."""
    target = copy.deepcopy(TARGETS[name])
    if name == "dvae":
        torch.save(dalle_weights(), folder / "encoder.pkl")
        target["tokenizer"]["encoder"] = str(folder / "encoder.pkl")
        target["second_size"] = options.size // 2
    config = read_config(options).model
    config.target = target
    model: MaskedImageModel = MODELS.build(config)
    return model


def dalle_weights() -> dict[str, Tensor]:
    encoder = Encoder(256, 8192)
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    return encoder.state_dict()


class Case:
    """One target's model, optimiser and pictures on a device."""

    def __init__(self, name: str, options: Namespace, folder: Path) -> None:
        self.device = torch.device(options.device)
        self.dtype = DTYPES[options.dtype]
        self.model = build(name, options, folder).to(self.device)
        if isinstance(self.model.target, FittedTarget):
            self.model.target.fit([torch.randn(8, 3, options.size, options.size).to(self.device)])
        if options.compile:
            self.model.compile(mode=options.compile_mode)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=LR, fused=True)
        generator = torch.Generator().manual_seed(0)
        shape = (options.batch, 3, options.size, options.size)
        self.images = torch.randn(shape, generator=generator).to(self.device)
        second = self.model.target.second_size
        self.second = None
        if second is not None:
            self.second = torch.nn.functional.interpolate(self.images, (second, second))

    def step(self) -> None:
        with self.autocast():
            loss = self.model(self.images, second=self.second, mode="loss")["loss"]
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def target(self) -> None:
        with self.autocast(), torch.no_grad():
            self.model.target.truth(self.images if self.second is None else self.second)

    def prepare_head(self) -> Callable[[], None]:
        """Prediction and loss of the hidden patches, forward and backward, from fixed features."""
        masking = self.model.masking(self.images, None)
        with self.autocast(), torch.no_grad():
            hidden = self.model.decoder.hidden(self.model.encode(self.images, masking), masking)
            view = self.images if self.second is None else self.second
            truth = take(self.model.target.truth(view), masking.hide)
        features = hidden.float().requires_grad_()

        def head() -> None:
            with self.autocast():
                loss = self.model.target.loss(self.model.decoder.predict(features), truth).mean()
            loss.backward()
            self.optimizer.zero_grad()

        return head

    def autocast(self) -> torch.autocast:
        mixed = self.dtype != torch.float32
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=mixed)


def measure(options: Namespace) -> dict[str, dict[str, float]]:
    """One row a target: median seconds of each part, and the step over the baseline's."""
    names = options.targets or DEFAULT
    with tempfile.TemporaryDirectory() as folder:
        cases = {name: Case(name, options, Path(folder)) for name in names}
    works: dict[str, Callable[[], object]] = {}
    for name, case in cases.items():
        parts = (case.step, case.target, case.prepare_head())
        works |= {f"{name} {part}": work for part, work in zip(PARTS, parts, strict=True)}
    times = alternate(works, warmup=options.warmup, repeats=options.repeats)
    baseline = BASELINE if BASELINE in cases else next(iter(cases))
    rows = {}
    for name in cases:
        row = {part: median(times[f"{name} {part}"]) for part in PARTS}
        row["ratio"] = row["step"] / median(times[f"{baseline} step"])
        rows[name] = {**row, "images_per_second": options.batch / row["step"]}
    return rows


def run(options: Namespace, arguments: Sequence[str]) -> None:
    result = {"settings": settings.describe(options), "targets": measure(options)}
    print(settings.sentence(result["settings"]))
    table = Table("target", "step ms", "target ms", "head ms", "ratio", "images/s")
    for name, row in result["targets"].items():
        parts = (f"{1000 * row[part]:.2f}" for part in PARTS)
        table.add_row(name, *parts, f"{row['ratio']:.2f}", f"{row['images_per_second']:.1f}")
    Console(width=100).print(table)
    if options.out:
        write_json(options.out, result)
