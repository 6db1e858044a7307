"""Export the encoder: `python -m pretrain.export RUN_OR_CHECKPOINT OUT.pth`.

RUN is a work directory (its newest whole checkpoint is taken) or one `epoch_N.pth` of it. A config
file instead exports the untrained encoder that config starts from: the random-initialisation
control. The file holds timm's names and loads strictly into `timm.create_model(…)`; where the run
kept an exponential moving average, as the supervised baseline does, the average is exported.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor

from backbones.export import save_export
from backbones.runs.provenance import config_hash
from pretrain.model import MaskedImageModel
from pretrain.resume import newest_whole
from pretrain.supervised import SupervisedModel

Pretrained = MaskedImageModel | SupervisedModel

# What MMEngine's checkpoints hold beside tensors and plain types: its scalar histories.
HISTORY = [
    *(HistoryBuffer, np.ndarray, np.dtype, np.dtypes.Float64DType, np.dtypes.Int64DType, getattr),
    *(np.zeros(1).__reduce__()[0], np.float64(1).__reduce__()[0]),  # how numpy pickles itself
]


def export(source: Path, out: Path, *, seed: int = 0) -> dict[str, Any]:
    """Write the encoder of `source` to `out`; returns its `meta`.

    Raises:
        FileNotFoundError: where there is nothing to export.
        ValueError: where the checkpoint does not fit the model its config describes.
    """
    if source.suffix == ".py":
        config = Config.fromfile(source)
        torch.manual_seed(seed)
        model = build(config)
        weights = model.state_dict()
        trained: dict[str, Any] = {"method": "random", "target": None, "epochs": 0}
        trained |= {"source": source.name, "ema": False, "seed": seed}
    else:
        path = find_checkpoint(source)
        content = read_checkpoint(path)
        config = Config.fromstring(content["meta"]["cfg"], ".py")
        with torch.device("meta"):
            model = build(config)
        weights = content["state_dict"]
        trained = {
            "method": config.method,
            "target": model.target_name,
            "epochs": content["meta"]["epoch"],
            "source": f"{path.resolve().parent.name}/{path.name}",
            "ema": "ema_state_dict" in content,  # then state_dict holds the average
            "seed": content["meta"]["seed"],
        }
    encoder = encoder_weights(model, weights)
    return save_export(out, encoder, {**describe(config, model), **trained})


def build(config: Config) -> Pretrained:
    """The model a config trains; its class head, which is not exported, may be left open."""
    init_default_scope("mmengine")
    options = dict(config.model)
    if "num_classes" in options:
        options["num_classes"] = options["num_classes"] or 1
    model: Pretrained = MODELS.build(options)
    return model


def encoder_weights(model: Pretrained, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The encoder's tensors under their own names, each checked against the model.

    Raises:
        ValueError: naming the tensors that are missing or of another shape.
    """
    encoder = model.encoder
    wanted = {name: tensor.shape for name, tensor in encoder.state_dict().items()}
    prefix = model.encoder_prefix
    problems = [
        f"{name} {tuple(shape)}"
        for name, shape in wanted.items()
        if prefix + name not in weights or weights[prefix + name].shape != shape
    ]
    if problems:
        raise ValueError(
            f"the checkpoint does not hold the encoder its config describes; missing or of another "
            f"shape: {', '.join(problems[:5])}{' …' if len(problems) > 5 else ''}"
        )
    return {name: weights[prefix + name] for name in wanted}


def describe(config: Config, model: Pretrained) -> dict[str, Any]:
    """What a user of the weights must know, in plain JSON types."""
    encoder = model.encoder
    side = encoder.grid[0] * encoder.patch_size, encoder.grid[1] * encoder.patch_size
    return {
        "arch": encoder.arch,
        "embed_dims": encoder.embed_dims,
        "depth": encoder.depth,
        "num_heads": encoder.num_heads,
        "patch_size": encoder.patch_size,
        "img_size": side[0] if side[0] == side[1] else list(side),
        "mean": list(config.model.data_preprocessor.mean),
        "std": list(config.model.data_preprocessor.std),
        "config_sha256": config_hash(config.to_dict()),
    }


def find_checkpoint(source: Path) -> Path:
    """A checkpoint file as it is; of a work directory, its newest whole one."""
    if source.is_file():
        return source
    found = newest_whole(source) if source.is_dir() else None
    if found is None:
        raise FileNotFoundError(
            f"no checkpoint at {source}: give the --work-dir of a run of python -m pretrain, one "
            "of its epoch_N.pth, or a config file for an untrained encoder"
        )
    return found


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint of `python -m pretrain`, read without running any code it may carry.

    Raises:
        ValueError: where the file is none.
    """
    try:
        with torch.serialization.safe_globals(HISTORY):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise ValueError(f"{path} is no checkpoint of python -m pretrain: {error}") from error
    if not isinstance(content, dict) or not {"state_dict", "meta"} <= content.keys():
        raise ValueError(f"{path} is no checkpoint of python -m pretrain (state_dict and meta)")
    if "cfg" not in content["meta"]:
        raise ValueError(f"{path} carries no config; is it an export already?")
    return content


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m pretrain.export", description=__doc__)
    parser.add_argument("source", type=Path, metavar="RUN_OR_CHECKPOINT")
    parser.add_argument("out", type=Path, metavar="OUT.pth")
    parser.add_argument("--seed", type=int, default=0, help="of an untrained encoder (a config)")
    options = parser.parse_args(arguments)
    try:
        meta = export(options.source, options.out, seed=options.seed)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"python -m pretrain.export: {error}")
    print(
        f"{options.out}: {meta['method']}, {meta['epochs']} epochs, width {meta['embed_dims']}, "
        f"depth {meta['depth']}, patch {meta['patch_size']}, {meta['img_size']} pixels, sha256 "
        f"{meta['sha256'][:12]}"
    )


if __name__ == "__main__":
    main()
