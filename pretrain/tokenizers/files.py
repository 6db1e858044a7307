"""Exported tokenizers: `{'state_dict': tensors, 'meta': {'kind': 'tokenizer', …}}`."""

from pathlib import Path
from typing import Any

from mmengine.registry import MODELS
from torch import Tensor

from backbones.export import load_export, save_export
from pretrain.tokenizers.tokenizer import Tokenizer


def save_tokenizer(
    path: Path, state: dict[str, Tensor], options: dict[str, Any], about: dict[str, Any]
) -> dict[str, Any]:
    """Write a tokenizer's tensors, with the `options` it is built from; returns its `meta`."""
    return save_export(path, state, {"kind": "tokenizer", "options": options, **about})


def load_tokenizer(path: str) -> Tokenizer:
    """A tokenizer exported by `python -m pretrain.export`, complete.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: where the file holds something else.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"no tokenizer at {path}: train one (pretrain/configs/tokenizers/) and export it with "
            "`python -m pretrain.export WORK_DIR OUT.pth`"
        )
    state, meta = load_export(path)
    if meta.get("kind") != "tokenizer":
        raise ValueError(
            f"{path} is an exported {meta.get('method', 'backbone')}, not a tokenizer; give one "
            "trained from pretrain/configs/tokenizers/"
        )
    tokenizer: Tokenizer = MODELS.build(meta["options"])
    tokenizer.load_state_dict(state, strict=True)
    return tokenizer
