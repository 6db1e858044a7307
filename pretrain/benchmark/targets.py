"""What a target costs: a training step with each, side by side.

The model and its optimiser are those of `python -m pretrain`. Beside the medians stands where the
time goes: making the target (for tokens: the tokenizer), and predicting and scoring it, each by
itself and never compiled; and on a GPU the step that makes its tokens in turn, not on a stream of
their own.

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
from rich.console import Console
from rich.table import Table
from torch import Tensor

from backbones.runs.files import write_json
from backbones.timing import alternate
from pretrain.benchmark import settings
from pretrain.benchmark.cases import FastCase
from pretrain.masking import take
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
PARTS = ("step", "target", "head", "in turn")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", choices=TARGETS, help="default: pixel-norm, vq, dvae")
    parser.add_argument("--compile", action="store_true", help="every model through torch.compile")
    settings.add_arguments(parser)


def target_of(name: str, options: Namespace, folder: Path) -> dict[str, Any]:
    """A target's options; DALL-E's weights are written to `folder`."""
    target = copy.deepcopy(TARGETS[name])
    if name == "dvae":
        torch.save(dalle_weights(), folder / "encoder.pkl")
        target["tokenizer"]["encoder"] = str(folder / "encoder.pkl")
        target["second_size"] = options.size // 2
    return target


def dalle_weights() -> dict[str, Tensor]:
    encoder = Encoder(256, 8192)
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    return encoder.state_dict()


class TargetCase(FastCase):
    """The project's step with one target, and the parts of it that are the target's."""

    def __init__(self, name: str, options: Namespace, folder: Path) -> None:
        target = target_of(name, options, folder)
        super().__init__(options, compiled=options.compile, target=target)
        self.apart = self.model.target.costly and self.images.is_cuda and not options.compile
        given = self.model.data_preprocessor(self.batch)
        self.view = self.model.target_view(given["images"], given.get("second"))
        if isinstance(self.model.target, FittedTarget):
            self.model.target.fit([given["images"]])

    def in_turn(self) -> None:
        """The step without a stream of its own for the target."""
        self.model.target.costly = False
        self.step()
        self.model.target.costly = True

    def target(self) -> Tensor:
        with self.wrapper.optim_context(self.model), torch.no_grad():
            return self.model.target.truth(self.view)

    def prepare_head(self) -> Callable[[], None]:
        """Prediction and loss of the hidden patches, forward and backward, from fixed features."""
        images = self.model.data_preprocessor(self.batch)["images"]
        masking = self.model.masking(images, None)
        with self.wrapper.optim_context(self.model), torch.no_grad():
            hidden = self.model.decoder.hidden(self.model.encode(images, masking), masking)
        truth = take(self.target(), masking.hide)
        features = hidden.float().requires_grad_()

        def head() -> None:
            with self.wrapper.optim_context(self.model):
                loss = self.model.target.loss(self.model.decoder.predict(features), truth).mean()
            loss.backward()
            self.wrapper.zero_grad()

        return head

    def works(self) -> dict[str, Callable[[], object]]:
        """What is timed, by `PARTS`."""
        works: dict[str, Callable[[], object]] = {
            "step": self.step,
            "target": self.target,
            "head": self.prepare_head(),
        }
        if self.apart:
            works["in turn"] = self.in_turn
        return works


def measure(options: Namespace) -> dict[str, dict[str, float]]:
    """One row a target: median seconds of each part, and the step over the baseline's."""
    names = options.targets or DEFAULT
    with tempfile.TemporaryDirectory() as folder:
        cases = {name: TargetCase(name, options, Path(folder)) for name in names}
    works = {(name, part): work for name, c in cases.items() for part, work in c.works().items()}
    times = alternate(
        {" ".join(key): work for key, work in works.items()},
        warmup=options.warmup,
        repeats=options.repeats,
    )
    rows: dict[str, dict[str, float]] = {name: {} for name in cases}
    for name, part in works:
        rows[name][part] = median(times[f"{name} {part}"])
    baseline = rows[BASELINE if BASELINE in rows else next(iter(rows))]["step"]
    for row in rows.values():
        row["ratio"] = row["step"] / baseline
        row["images_per_second"] = options.batch / row["step"]
    return rows


def run(options: Namespace, arguments: Sequence[str]) -> None:
    result = {"settings": settings.describe(options), "targets": measure(options)}
    print(settings.sentence(result["settings"]))
    table = Table("target", *(f"{part} ms" for part in PARTS), "ratio", "images/s")
    for name, row in result["targets"].items():
        parts = (f"{1000 * row[part]:.2f}" if part in row else "–" for part in PARTS)
        table.add_row(name, *parts, f"{row['ratio']:.2f}", f"{row['images_per_second']:.1f}")
    Console(width=100).print(table)
    if options.out:
        write_json(options.out, result)
