"""What Hugging Face keeps beside the weights: `config.json` and `preprocessor_config.json`."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from backbones.checkpoints.families.source import Source, Traits

ACTIVATIONS = {"gelu": "gelu", "quick_gelu": "quick-gelu"}


def with_hub_files(source: Source, weights: Path) -> Source:
    """The traits that files in the folder of `weights` state, in place of the layout's usual ones.

    Raises:
        ValueError: for an activation this project does not have.
    """
    config = _read(weights.parent / "config.json")
    config = config.get("vision_config", config)
    pictures = _read(weights.parent / "preprocessor_config.json")
    stated: dict[str, Any] = {}
    if "num_attention_heads" in config:
        stated["num_heads"] = int(config["num_attention_heads"])
    if "layer_norm_eps" in config:
        stated["norm_eps"] = float(config["layer_norm_eps"])
    if "hidden_act" in config:
        act = config["hidden_act"]
        if act not in ACTIVATIONS:
            raise ValueError(
                f"{weights.parent / 'config.json'} asks for hidden_act {act!r}; PlainViT has "
                f"{sorted(ACTIVATIONS)}"
            )
        stated["act"] = ACTIVATIONS[act]
    if {"image_mean", "image_std"} <= pictures.keys():
        mean, std = ([255 * float(x) for x in pictures[k]] for k in ("image_mean", "image_std"))
        stated["normalisation"] = (tuple(mean), tuple(std))
    traits: Traits = replace(source.traits, **stated)
    return replace(source, traits=traits)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON ({error}); copy or download it again") from error
    return content if isinstance(content, dict) else {}
