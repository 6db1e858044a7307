"""Reading a checkpoint file safely: tensors and plain types only."""

import hashlib
import pickle
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlparse

import torch
from safetensors.torch import load_file

from backbones.safe_load import load_safely

PICKLED = (b"PK", b"\x80")  # a zip archive, or the older bare pickles


def read_checkpoint(path_or_url: str) -> Any:
    """Content of a `.pth` (or `.pth.tar`, `.bin`, `.ckpt`) or `.safetensors`; unpickles no code.

    Files at URLs are kept in PyTorch's hub folder, under the hash of the URL.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: for a file that is damaged, or holds more than tensors and plain types.
    """
    path = _downloaded(path_or_url) if "://" in path_or_url else _local(path_or_url)
    try:
        return _read(path, path_or_url)
    except ValueError:
        if "://" in path_or_url:
            path.unlink(missing_ok=True)  # else it would be found again
        raise


def _read(path: Path, name: str) -> Any:
    try:
        with path.open("rb") as file:
            start = file.read(9)
        if start[8:] == b"{" or path.suffix == ".safetensors":
            return load_file(path)
        if not start.startswith(PICKLED):
            raise ValueError(
                f"{name} is no checkpoint (it begins with {start!r}); download it again"
            )
        return load_safely(path)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"{name} holds pickled objects besides tensors and is not loaded, since unpickling "
            "runs code. If it is a pretraining checkpoint of this project, export it (`python -m "
            "pretrain.export`). Otherwise, if you trust it, save its tensors alone: "
            "c = torch.load(FILE, weights_only=False); torch.save({'state_dict': c['state_dict']}, "
            "OUT), or 'model' in both places"
        ) from error
    except Exception as error:  # a damaged file can fail anywhere in its reading
        if isinstance(error, ValueError) and str(error).startswith(name):
            raise
        if "TorchScript" in str(error):
            raise ValueError(
                f"{name} is a TorchScript program (as OpenAI's CLIP files are), and reading it "
                "would run it; save its state_dict alone, or take a .safetensors of the weights"
            ) from error
        raise ValueError(
            f"{name} cannot be read as a checkpoint ({error}); it may be incomplete: copy or "
            "download it again"
        ) from error


def _local(given: str) -> Path:
    path = Path(given).expanduser()
    if path.is_dir():
        raise FileNotFoundError(f"checkpoint {path} is a folder; give the file of weights in it")
    if not path.is_file():
        raise FileNotFoundError(
            f"checkpoint {path} does not exist; check init_cfg.checkpoint, or make it with "
            "`python -m pretrain.export WORK_DIR OUT.pth`"
        )
    return path


def _downloaded(url: str) -> Path:
    try:
        name = Path(urlparse(url).path).name
        folder = Path(torch.hub.get_dir()) / "checkpoints"
        path = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}-{name}"
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(url, str(path))
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise ValueError(
            f"{url} cannot be downloaded ({error}); fetch it by other means and give its path"
        ) from error
    return path
