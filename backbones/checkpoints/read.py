"""Reading a checkpoint file safely: tensors and plain types only."""

import pickle
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlparse

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from backbones.safe_load import load_safely


def read_checkpoint(path_or_url: str) -> Any:
    """Content of a `.pth` (or `.pth.tar`, `.bin`, `.ckpt`) or `.safetensors`; unpickles no code.

    Files at URLs are kept in PyTorch's hub folder.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: for a file that is damaged, or holds more than tensors and plain types.
    """
    path = _local(path_or_url)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        return load_safely(path)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"{path_or_url} holds pickled objects besides tensors and is not loaded, since "
            "unpickling runs code. If it is a pretraining checkpoint of this project, export it "
            "(`python -m pretrain.export`). Otherwise, if you trust it, save its tensors alone: "
            "torch.save(torch.load(FILE, weights_only=False)['state_dict'], OUT), or ['model']"
        ) from error
    except (RuntimeError, EOFError, OSError, SafetensorError) as error:
        if "TorchScript" in str(error):
            raise ValueError(
                f"{path_or_url} is a TorchScript program (as OpenAI's CLIP files are), and reading "
                "it would run it; save its state_dict alone, or take a .safetensors of the weights"
            ) from error
        raise ValueError(
            f"{path_or_url} cannot be read as a checkpoint ({error}); it may be incomplete: copy "
            "or download it again"
        ) from error


def _local(path_or_url: str) -> Path:
    if not path_or_url.startswith(("http://", "https://")):
        path = Path(path_or_url).expanduser()
        if not path.is_file():
            raise FileNotFoundError(
                f"checkpoint {path} does not exist; check init_cfg.checkpoint, or make it with "
                "`python -m pretrain.export WORK_DIR OUT.pth`"
            )
        return path
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(path_or_url).path).name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(path_or_url, str(path))
        except (URLError, OSError) as error:
            raise ValueError(
                f"{path_or_url} cannot be downloaded ({error}); fetch it by other means and give "
                "its path"
            ) from error
    return path
