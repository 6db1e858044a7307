"""Reading a checkpoint file safely: tensors and plain types only."""

import pickle
from pathlib import Path
from typing import Any

import torch


def read_checkpoint(path_or_url: str) -> Any:
    """Content of a `.pth` by path or URL; never unpickles code.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: for a file that is damaged, or holds more than tensors and plain types.
    """
    try:
        if path_or_url.startswith(("http://", "https://")):
            return torch.hub.load_state_dict_from_url(
                path_or_url, map_location="cpu", weights_only=True
            )
        path = Path(path_or_url).expanduser()
        if not path.is_file():
            raise FileNotFoundError(
                f"checkpoint {path} does not exist; check init_cfg.checkpoint, or make it with "
                "`python -m pretrain.export WORK_DIR OUT.pth`"
            )
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"{path_or_url} holds pickled objects besides tensors and is not loaded, since "
            "unpickling runs code. If it is a pretraining checkpoint of this project, export it "
            "(`python -m pretrain.export`); otherwise save its state_dict alone."
        ) from error
    except (RuntimeError, EOFError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(
            f"{path_or_url} cannot be read as a checkpoint ({error}); it may be incomplete: copy "
            "or download it again"
        ) from error
