"""The exported backbone: one file that timm, this project and a plain `torch.load` can all read.

`{'state_dict': {timm names: tensors}, 'meta': {plain JSON types}}`, loadable with
`weights_only=True`. `meta` says what the weights are and carries the hash of the tensors; its
`mean` and `std` are of pictures in 0…1, as timm's.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from backbones.runs.files import whole_file

StateDict = dict[str, Tensor]


def save_export(path: str | Path, state_dict: StateDict, meta: dict[str, Any]) -> dict[str, Any]:
    """Write an export in one rename and return its `meta`, with `sha256` of the tensors added.

    Raises:
        TypeError: where `meta` holds anything but plain JSON types.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state_dict.items()}
    meta = {**json.loads(json.dumps(meta)), "sha256": sha256_of(tensors)}
    with whole_file(path) as file:
        torch.save({"state_dict": tensors, "meta": meta}, file)
    return meta


def load_export(path: str | Path) -> tuple[StateDict, dict[str, Any]]:
    """Tensors and `meta` of an export.

    Raises:
        ValueError: where the file is no export or its tensors do not have the recorded hash.
    """
    content = torch.load(path, map_location="cpu", weights_only=True)
    known = isinstance(content, dict) and content.keys() == {"state_dict", "meta"}
    if not known or "sha256" not in content["meta"]:
        raise ValueError(
            f"{path} is no exported backbone (state_dict and meta); make one with "
            "`python -m pretrain.export WORK_DIR OUT.pth`"
        )
    checked_sha256(content["state_dict"], content["meta"], path)
    return content["state_dict"], content["meta"]


def checked_sha256(tensors: StateDict, meta: dict[str, Any], path: str | Path) -> str:
    """Hash of the tensors, and the one that `meta` records, where it records one.

    Raises:
        ValueError: where the two differ.
    """
    found = sha256_of(tensors)
    if meta.get("sha256", found) != found:
        raise ValueError(f"{path}: the tensors do not match their recorded sha256; copy it again")
    return found


def sha256_of(tensors: StateDict) -> str:
    """Hash of names, types, shapes and bytes; the order of the names does not matter."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
