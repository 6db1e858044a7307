"""What a checkpoint of `python -m pretrain` says about itself, read without running its code.

MMEngine keeps the config as Python text, which runs when it is read, and builds whatever class a
`type=` names. Ours carry `meta['pretrain']` beside it, of plain JSON types, and only that is read:
`config`, the complete settings, and `exports`, what of the weights is worth exporting: the encoder,
or a tokenizer.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import MODELS

from backbones.runs.resume import newest_whole
from backbones.safe_load import load_safely


def describe_run(config: Config, model: Any) -> dict[str, Any]:
    """`meta['pretrain']` of a checkpoint."""
    if hasattr(model, "tokenizer"):
        part, prefix = model.tokenizer, "tokenizer."
        meta: dict[str, Any] = {"kind": "tokenizer", "options": part.options}
    else:
        part, prefix = model.encoder, model.encoder_prefix
        meta = {**describe_encoder(config, model), "target": model.target_name}
    shapes = {name: list(tensor.shape) for name, tensor in part.state_dict().items()}
    exports = {"prefix": prefix, "shapes": shapes, "meta": meta}
    plain: dict[str, Any] = json.loads(
        json.dumps({"config": config.to_dict(), "exports": exports}, default=str)
    )
    return plain


def describe_encoder(config: Config, model: Any) -> dict[str, Any]:
    """What a user of the encoder's weights must know, in plain JSON types."""
    encoder = model.encoder
    side = encoder.grid[0] * encoder.patch_size, encoder.grid[1] * encoder.patch_size
    return {
        "arch": encoder.arch,
        "embed_dims": encoder.embed_dims,
        "depth": encoder.depth,
        "num_heads": encoder.num_heads,
        "patch_size": encoder.patch_size,
        "grid": list(encoder.grid),
        "img_size": side[0] if side[0] == side[1] else list(side),
        "mean": list(config.model.data_preprocessor.mean),
        "std": list(config.model.data_preprocessor.std),
    }


def find_checkpoint(source: Path) -> Path:
    """A checkpoint file as it is; of a work directory, its newest whole one.

    Raises:
        FileNotFoundError: where there is none.
    """
    if source.is_file():
        return source
    found = newest_whole(source) if source.is_dir() else None
    if found is None:
        raise FileNotFoundError(
            f"no checkpoint at {source}: give the --work-dir of a run of python -m pretrain, one "
            "of its epoch_N.pth, or a config file for an untrained encoder"
        )
    return found


def build_own(options: Mapping[str, Any]) -> BaseModel:
    """The model a checkpoint's config describes, of this project's classes only.

    A config is data, but a registry would import and call whatever a `type` names.

    Raises:
        ValueError: for a `type` that is none of ours.
    """
    pending: list[Any] = [options]
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            kind = value.get("type")
            if kind is not None and kind not in own_classes():
                raise ValueError(f"the checkpoint asks for {kind!r}, which is no model of ours")
            pending += value.values()
        elif isinstance(value, list | tuple):
            pending += value
    model: BaseModel = MODELS.build(dict(options))
    return model


def own_classes() -> set[str]:
    return {
        name
        for name, kind in MODELS.module_dict.items()
        if kind.__module__.split(".")[0] in ("pretrain", "backbones")
    }


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint of `python -m pretrain`; its tensors stay in the file until they are used.

    Raises:
        ValueError: where the file is none, or does not say what it holds.
    """
    try:
        content = load_safely(path)
    except Exception as error:  # a damaged file can fail anywhere in its reading
        raise ValueError(f"{path} is no checkpoint of python -m pretrain: {error}") from error
    if not isinstance(content, dict) or not {"state_dict", "meta"} <= content.keys():
        raise ValueError(f"{path} is no checkpoint of python -m pretrain (state_dict and meta)")
    if not isinstance(content["meta"], dict) or "pretrain" not in content["meta"]:
        raise ValueError(
            f"{path} carries no config as plain data (meta['pretrain']); is it an export already, "
            "or of an older version? Then train it again"
        )
    return content
