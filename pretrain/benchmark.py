"""What a target costs: `python -m pretrain.benchmark`, a training step with each, side by side.

Steps of the chosen targets alternate (A B C A B C …) in one process, on the same pictures, so that
whatever else the machine does meets all alike. A step is forward, loss,
backward and AdamW; data loading is left out. Beside the medians stands where the time goes: making
the target (for tokens: the tokenizer), and predicting and scoring it.

Tokenizers have random weights here, of the size of pretrain/configs/tokenizers/ (vq) and of
DALL-E's encoder (dvae, on a second view of half the side): they cost what trained ones do.
"""

import argparse
import copy
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import torch
from torch import Tensor

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


def build(name: str, arch: str, size: int, folder: Path) -> MaskedImageModel:
    """MAE's model with one target."""
    target = copy.deepcopy(TARGETS[name])
    if name == "dvae":
        torch.save(dalle_weights(), folder / "encoder.pkl")
        target["tokenizer"]["encoder"] = str(folder / "encoder.pkl")
        target["second_size"] = size // 2
    return MaskedImageModel({"arch": arch, "img_size": size}, target, {})


def dalle_weights() -> dict[str, Tensor]:
    encoder = Encoder(256, 8192)
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    return encoder.state_dict()


class Case:
    """One target's model, optimiser and pictures on a device."""

    def __init__(self, name: str, options: argparse.Namespace, folder: Path) -> None:
        self.device = torch.device(options.device)
        self.dtype = torch.bfloat16 if options.bf16 else None
        self.model = build(name, options.arch, options.size, folder).to(self.device)
        if isinstance(self.model.target, FittedTarget):
            self.model.target.fit([torch.randn(8, 3, options.size, options.size).to(self.device)])
        fused = self.device.type == "cuda"
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4, fused=fused)
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
            encoded = self.model.encode(self.images, masking)
            features = self.model.decoder(encoded, masking.restore)
            view = self.images if self.second is None else self.second
            truth = take(self.model.target.truth(view), masking.hide)
        features = take(features, masking.hide).float().requires_grad_()

        def head() -> None:
            with self.autocast():
                loss = self.model.target.loss(self.model.decoder.predict(features), truth).mean()
            loss.backward()
            self.optimizer.zero_grad()

        return head

    def autocast(self) -> torch.autocast:
        return torch.autocast(
            self.device.type, dtype=self.dtype or torch.bfloat16, enabled=self.dtype is not None
        )

    def seconds(self, work: Callable[[], None]) -> float:
        self.wait()
        start = time.perf_counter()
        work()
        self.wait()
        return time.perf_counter() - start

    def wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def measure(options: argparse.Namespace) -> pd.DataFrame:
    """One row a target: median milliseconds, and the step as a ratio to the baseline's."""
    with tempfile.TemporaryDirectory() as folder:
        cases = {name: Case(name, options, Path(folder)) for name in options.targets}
    heads = {name: case.prepare_head() for name, case in cases.items()}
    times: dict[tuple[str, str], list[float]] = {}
    rounds = options.warmup + options.repeats
    for turn in range(rounds):
        for name, case in cases.items():
            for part, work in (("step", case.step), ("target", case.target), ("head", heads[name])):
                seconds = case.seconds(work)
                if turn >= options.warmup:
                    times.setdefault((name, part), []).append(1000 * seconds)
        print(f"\rround {turn + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    frame = pd.DataFrame(
        {
            part: {name: median(times[name, part]) for name in cases}
            for part in ("step", "target", "head")
        }
    )
    baseline = BASELINE if BASELINE in cases else next(iter(cases))
    frame["ratio"] = frame["step"] / median(times[baseline, "step"])
    frame["images/s"] = 1000 * options.batch / frame["step"]
    return frame.rename(columns={part: f"{part} ms" for part in ("step", "target", "head")})


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pretrain.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--targets", nargs="+", choices=TARGETS, default=["pixel-norm", "vq", "dvae"]
    )
    parser.add_argument("--arch", default="base", help="tiny, small, base, large, huge")
    parser.add_argument("--size", type=int, default=224, help="pixels")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=1, help="rounds that are not counted")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--bf16", action="store_true", help="bfloat16 autocast")
    options = parser.parse_args(arguments)
    frame = measure(options)
    print(
        f"ViT {options.arch}, {options.size} pixels, batch {options.batch}, "
        f"{'bfloat16' if options.bf16 else 'float32'} on {options.device}, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}; medians of "
        f"{options.repeats}"
    )
    print(frame.round(2).to_string())


if __name__ == "__main__":
    main()
