"""Draw what a model makes of pictures: `python -m pretrain.visualize CHECKPOINT IMAGES`.

CHECKPOINT is a run's folder or one of its `epoch_N.pth`: of a masked model (original, masked,
reconstruction, pasted; at any ratio) or a tokenizer (original, reconstruction). With `--config` it
may be any file of weights that fits that config's model, such as MAE's published full checkpoints.
IMAGES is a picture, a folder of them, or shards of one (also by URL).
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from torch import Tensor

from backbones.checkpoints.read import read_checkpoint as read_weights
from backbones.pictures.dataset import Pictures
from backbones.runs.files import write_atomic
from backbones.shards.index import index_of
from pretrain.checkpoint import build_own, find_checkpoint, read_checkpoint
from pretrain.columns import Drawing, draw
from pretrain.panel import draw_panel
from pretrain.recipe import content


def load(
    source: Path,
    *,
    config_file: Path | None = None,
    mask_ratio: float | None = None,
    tokenizer: str | None = None,
) -> tuple[BaseModel, int]:
    """A model in evaluation mode and the picture size it is drawn at.

    Raises:
        FileNotFoundError: where there is no such checkpoint or folder.
        ValueError: where it has nothing to draw with, or does not fit the config.
    """
    if config_file is None:
        file = read_checkpoint(find_checkpoint(source))
        config = Config(file["meta"]["pretrain"]["config"])
    else:
        file = read_weights(str(source))
        config = Config.fromfile(config_file)
    weights = file.get("state_dict") or file.get("model") or file
    if config.model.type == "SupervisedModel":
        raise ValueError(f"{source} is a classifier: it has no decoder and makes no pictures")
    if "encoder" in config.model and not any("decoder_pred" in name for name in weights):
        raise ValueError(
            f"{source} holds an encoder only; pictures need the decoder of the checkpoint it was "
            "exported from (epoch_N.pth of the run)"
        )
    if mask_ratio is not None:
        config.model.mask_ratio = mask_ratio
    use_tokenizer(config, tokenizer)
    model = filled(config, weights, source)
    encoder = config.model.get("encoder")
    size = encoder.get("img_size", 224) if encoder else config.train_dataloader.dataset.size
    return model, size


def use_tokenizer(config: Config, given: str | None) -> None:
    """The tokenizer of a token target, wherever it lies now; no network for a perceptual loss.

    Raises:
        ValueError: where the file is not the one the run learnt from.
    """
    if "perceptual" in config.model:  # it draws nothing
        config.model.update(perceptual=None, pixel_weight=1.0)
    target = config.model.get("target", {})
    if "tokenizer" not in target:
        return
    path = target.tokenizer = given or target.tokenizer
    learnt = config.get("inputs", {}).get("tokenizer")
    if isinstance(path, str) and isinstance(learnt, str) and content(path) != learnt:
        raise ValueError(
            f"{path} is missing or not the tokenizer this run learnt from (sha256 {learnt[:12]}…); "
            "give that one with --tokenizer"
        )


def filled(config: Config, weights: Mapping[str, Tensor], source: Path) -> BaseModel:
    """The config's model with all of `weights`, in evaluation mode.

    Raises:
        ValueError: where the two do not fit.
    """
    model = build_own(config.model)
    try:
        model.load_state_dict(weights, strict=True)
    except RuntimeError as error:
        raise ValueError(f"{source} does not fit its config: {error}") from error
    return model.eval()


def load_classifier(source: Path) -> BaseModel:
    """The classifier of a supervised run.

    Raises:
        FileNotFoundError, ValueError: where there is none.
    """
    file = read_checkpoint(find_checkpoint(source))
    config = Config(file["meta"]["pretrain"]["config"])
    if config.model.type != "SupervisedModel":
        raise ValueError(f"{source} is no classifier but a {config.model.type}")
    return filled(config, file["state_dict"], source)


def pictures(images: str, size: int, number: int) -> dict[str, torch.Tensor]:
    """Up to `number` centre crops, which stand for all of the folder, as a loader's batch."""
    path, index = Path(images), index_of(images)
    if index is None and not path.exists():
        raise FileNotFoundError(f"there is no picture at {images}")
    one = index is None and path.is_file()
    data = Pictures(str(path.parent) if one else images, size, train=False)
    chosen = [data.paths.index(path.name)] if one else data.few(number)
    samples = [data[place] for place in chosen]
    for sample in samples:
        for name in sample["skipped"]:
            print(f"{name} in {images} cannot be read; drew another picture", file=sys.stderr)
    return {"images": torch.stack([sample["images"] for sample in samples])}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pretrain.visualize",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("images", metavar="IMAGES")
    parser.add_argument("--out", type=Path, default=Path("reconstruction.png"), metavar="FILE.png")
    parser.add_argument("--config", type=Path, help="the model of weights that carry no config")
    parser.add_argument("--mask-ratio", type=float, help="default: the run's")
    parser.add_argument("--tokenizer", metavar="FILE", help="of a token target, if it was moved")
    parser.add_argument("--size", type=int, help="pixels of a tokenizer's pictures")
    parser.add_argument("--pictures", type=int, default=8, metavar="N", help="most drawn")
    parser.add_argument("--seed", type=int, default=0, help="of the masks")
    options = parser.parse_args(arguments)
    try:
        model, size = load(
            options.checkpoint,
            config_file=options.config,
            mask_ratio=options.mask_ratio,
            tokenizer=options.tokenizer,
        )
        batch = pictures(options.images, options.size or size, options.pictures)
        drawing: Drawing = draw(model, batch, options.seed)
    except (OSError, ValueError, TypeError) as error:
        sys.exit(f"python -m pretrain.visualize: {error}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(options.out, draw_panel(drawing.columns, drawing.caption))
    print(f"{options.out}: {len(batch['images'])} pictures, {drawing.caption.splitlines()[0]}")


if __name__ == "__main__":
    main()
