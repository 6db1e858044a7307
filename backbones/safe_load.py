"""Loading a file without running code: tensors, plain types, and a few harmless ones.

MMEngine keeps scalar histories beside the weights, and training scripts their options; neither
runs anything when it is read, and neither is looked at.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

ZIP = b"PK\x03\x04"  # what torch.save has written since 1.6; older files cannot be mapped


class Unread:
    """In the place of MMEngine's scalar histories."""


def no_attribute(*_: Any) -> None:
    """In the place of `getattr`, by which a history names its methods and an attacker anything."""


HARMLESS: list[Any] = [
    argparse.Namespace,
    (Unread, "mmengine.logging.history_buffer.HistoryBuffer"),
    (no_attribute, "builtins.getattr"),
    *(np.ndarray, np.dtype, np.dtypes.Float64DType, np.dtypes.Int64DType),
    *(np.zeros(1).__reduce__()[0], np.float64(1).__reduce__()[0]),  # how numpy pickles itself
]


def load_safely(path: Path) -> Any:
    """`torch.load` on the CPU; tensors stay in the file until they are used, where it is a zip.

    Raises:
        pickle.UnpicklingError: for a file that would run code, without running it.
        RuntimeError, EOFError, KeyError, …: for a damaged one, wherever its reading fails.
    """
    with path.open("rb") as file:
        mapped = file.read(len(ZIP)) == ZIP
    with torch.serialization.safe_globals(HARMLESS):
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
