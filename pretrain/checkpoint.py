"""What a checkpoint of `python -m pretrain` says about itself, read without running its code.

MMEngine keeps the config as Python text, which runs when it is read, and builds whatever class a
`type=` names. Ours carry `meta['pretrain']` beside it, of plain JSON types, and only that is read:
`config`, the complete settings, and `encoder`, what of the weights is the encoder.
"""

import json
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.config import Config


class Unread:
    """In the place of MMEngine's scalar histories, which nothing here looks at."""


def no_attribute(*_: Any) -> None:
    """In the place of `getattr`, by which a history names its methods and an attacker anything."""


# What MMEngine's checkpoints hold beside tensors and plain types: its scalar histories.
HISTORIES: list[Any] = [
    (Unread, "mmengine.logging.history_buffer.HistoryBuffer"),
    (no_attribute, "builtins.getattr"),
    *(np.ndarray, np.dtype, np.dtypes.Float64DType, np.dtypes.Int64DType),
    *(np.zeros(1).__reduce__()[0], np.float64(1).__reduce__()[0]),  # how numpy pickles itself
]


def describe_run(config: Config, model: Any) -> dict[str, Any]:
    """`meta['pretrain']` of a checkpoint; `encoder` is None where the model trains none."""
    encoder = None
    if hasattr(model, "encoder_prefix"):
        encoder = {
            "prefix": model.encoder_prefix,
            "shapes": {name: list(t.shape) for name, t in model.encoder.state_dict().items()},
            "target": model.target_name,
            "meta": describe_encoder(config, model),
        }
    plain: dict[str, Any] = json.loads(
        json.dumps({"config": config.to_dict(), "encoder": encoder}, default=str)
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


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint of `python -m pretrain`; its tensors stay in the file until they are used.

    Raises:
        ValueError: where the file is none, or does not say what it holds.
    """
    try:
        with torch.serialization.safe_globals(HISTORIES):
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except (UnpicklingError, RuntimeError, EOFError) as error:
        raise ValueError(f"{path} is no checkpoint of python -m pretrain: {error}") from error
    if not isinstance(content, dict) or not {"state_dict", "meta"} <= content.keys():
        raise ValueError(f"{path} is no checkpoint of python -m pretrain (state_dict and meta)")
    if not isinstance(content["meta"], dict) or "pretrain" not in content["meta"]:
        raise ValueError(
            f"{path} carries no config as plain data (meta['pretrain']); is it an export already, "
            "or of an older version? Then train it again"
        )
    return content
