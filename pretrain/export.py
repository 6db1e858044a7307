"""Export the encoder, or a tokenizer: `python -m pretrain.export RUN_OR_CHECKPOINT OUT.pth`.

RUN is a work directory (its newest whole checkpoint is taken) or one `epoch_N.pth` of it. A config
file instead exports the untrained encoder that config starts from: the random-initialisation
control. The file holds timm's names and, unless the encoder has relative position (SimMIM's), loads
strictly into `timm.create_model(…)`; where the run kept an exponential moving average, as the
supervised baseline does, the average is exported.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from torch import Tensor

from backbones.export import save_export
from backbones.runs.provenance import config_hash
from pretrain.checkpoint import describe_run, find_checkpoint, read_checkpoint
from pretrain.model import MaskedImageModel
from pretrain.supervised import SupervisedModel

Pretrained = MaskedImageModel | SupervisedModel


def export(source: Path, out: Path, *, seed: int = 0) -> dict[str, Any]:
    """Write the encoder of `source` to `out`; returns its `meta`.

    Raises:
        FileNotFoundError: where there is nothing to export.
        ValueError: where the checkpoint does not hold the encoder it says it holds.
    """
    if source.suffix == ".py":
        config = Config.fromfile(source)
        torch.manual_seed(seed)
        model = build(config)
        weights, run = model.state_dict(), describe_run(config, model)
        trained: dict[str, Any] = {"method": "random", "target": None, "epochs": 0}
        trained |= {"source": source.name, "ema": False, "seed": seed}
    else:
        path = find_checkpoint(source)
        content = read_checkpoint(path)
        weights, run = content["state_dict"], content["meta"]["pretrain"]
        trained = {
            "method": run["config"]["method"],
            "epochs": content["meta"]["epoch"],
            "source": f"{path.resolve().parent.name}/{path.name}",
            "ema": "ema_state_dict" in content,  # then state_dict holds the average
            "seed": content["meta"]["seed"],
        }
    tensors = exported_weights(run["exports"], weights)
    trained["config_sha256"] = config_hash(run["config"])
    return save_export(out, tensors, {**run["exports"]["meta"], **trained})


def build(config: Config) -> Pretrained:
    """The model a config trains; its class head, which is not exported, may be left open."""
    init_default_scope("mmengine")
    options = dict(config.model)
    if "num_classes" in options:
        options["num_classes"] = options["num_classes"] or 1
    model: Pretrained = MODELS.build(options)
    return model


def exported_weights(exports: dict[str, Any], weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The exported part's tensors under its own names, checked against `exports['shapes']`.

    Raises:
        ValueError: naming the tensors that are missing or of another shape.
    """
    prefix, shapes = exports["prefix"], exports["shapes"]
    problems = [
        f"{name} {tuple(shape)}"
        for name, shape in shapes.items()
        if prefix + name not in weights or list(weights[prefix + name].shape) != shape
    ]
    if problems:
        raise ValueError(
            f"the checkpoint does not hold what it describes; missing or of another shape: "
            f"{', '.join(problems[:5])}{' …' if len(problems) > 5 else ''}"
        )
    return {name: weights[prefix + name] for name in shapes}


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
    print(f"{options.out}: {meta['method']}, {meta['epochs']} epochs, {sizes(meta)}")
    print(f"sha256 {meta['sha256']}")


def sizes(meta: dict[str, Any]) -> str:
    if meta.get("kind") == "tokenizer":
        options = meta["options"]
        return f"tokenizer of {options['vocabulary']} words, strides {options['strides']}"
    return (
        f"width {meta['embed_dims']}, depth {meta['depth']}, patch {meta['patch_size']}, "
        f"{meta['img_size']} pixels"
    )


if __name__ == "__main__":
    main()
