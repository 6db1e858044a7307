"""Tensors out of a file that `torch.save(module)` wrote, without running anything it holds.

Such a file is a program: unpickling imports the classes and functions it names and calls them. Here
nothing is imported. Tensors and their containers are rebuilt by this file's own code; every class
of `torch.nn` and `dall_e` becomes an `Inert` object, which keeps the state it is handed and does
nothing; any other name stops the reading before it is called. The state dict is then collected from
the modules' `_parameters`, `_buffers` and `_modules`.

Both of torch's formats are read: the zip archive (since 1.6), and one stream of pickles followed by
the tensors' bytes. The same code reads a plain state dict, alone or under `state_dict`.
"""

import hashlib
import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001  # how a stream of pickles begins
DTYPES = {
    "torch.FloatStorage": torch.float32,
    "torch.DoubleStorage": torch.float64,
    "torch.HalfStorage": torch.float16,
    "torch.BFloat16Storage": torch.bfloat16,
    "torch.LongStorage": torch.int64,
}
CONTAINERS = {"collections.OrderedDict": OrderedDict, "__builtin__.set": set, "builtins.set": set}
INERT_PACKAGES = ("dall_e.", "torch.nn.")
INERT = {"functools.partial", "torch.device", "torch.Size", "torch.float16", "torch.float32"}


def read_state_dict(path_or_url: str) -> dict[str, Tensor]:
    """The tensors of a saved module or state dict, by name, on the CPU; never runs its code.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: for a file that is damaged, or names anything besides tensors and modules.
    """
    path = _local(path_or_url)
    try:
        with path.open("rb") as stream:
            archived = stream.read(4) == b"PK\3\4"
        content = _from_archive(path) if archived else _from_stream(path)
        if isinstance(content, Inert):
            content = dict(_tensors(content))
        elif isinstance(content, dict):
            content = content.get("state_dict", content)
    except Refused as error:
        raise ValueError(
            f"{path_or_url} names {error}, which is no part of the tensors and modules read here, "
            "and is not loaded; use the published file, or save a state_dict alone"
        ) from error
    except Exception as error:  # there is no saying what a damaged pickle raises
        raise ValueError(
            f"{path_or_url} cannot be read as a saved model ({type(error).__name__}: {error}); it "
            "may be incomplete: copy or download it again"
        ) from error
    if not (isinstance(content, dict) and content) or not all(
        isinstance(value, Tensor) for value in content.values()
    ):
        raise ValueError(f"{path_or_url} holds no model: expected a module or a flat state_dict")
    return dict(content)


class Refused(pickle.UnpicklingError):
    """The file names something that is neither a tensor, a container nor a module."""


class Inert:
    """Stands for an object whose class is not imported; keeps the state of a module."""

    def __init__(self, *args: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            vars(self).update(state)


class Reader(pickle.Unpickler):
    """Rebuilds tensors on `storages` `{key: flat tensor}`, to be filled after `load`."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.storages: dict[str, Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:
        full = f"{module}.{name}"
        if full in DTYPES:
            return DTYPES[full]
        if full in CONTAINERS:
            return CONTAINERS[full]
        if full == "torch._utils._rebuild_tensor_v2":
            return self.tensor
        if full == "torch._utils._rebuild_parameter":
            return self.parameter
        if full in INERT or full.startswith(INERT_PACKAGES):
            return type(name, (Inert,), {})  # its own, so that a file cannot change ours
        raise Refused(full)

    def persistent_load(self, pid: Any) -> Any:
        match pid:
            case ("module", module, *_):  # with its source code, which is left alone
                return module
            case ("storage", torch.dtype() as dtype, str(key), _, int(length), *view):
                flat = self.storages.setdefault(key, torch.empty(length, dtype=dtype))
                if flat.dtype == dtype and len(flat) == length and view in ([], [None]):
                    return flat
        raise ValueError(f"a storage of unknown form, {pid!r:.80}")

    def tensor(
        self, flat: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
    ) -> Tensor:
        return torch.as_strided(flat, size, stride, offset)  # raises beyond the storage's end

    def parameter(self, data: Tensor, *_: Any) -> Tensor:
        return data


def _from_archive(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        root = next((name[: -len("data.pkl")] for name in names if name.endswith("/data.pkl")), "")
        if not root:
            raise ValueError("an archive without data.pkl")
        if f"{root}byteorder" in names and archive.read(f"{root}byteorder") != b"little":
            raise ValueError("its tensors are not little-endian")
        reader = Reader(io.BytesIO(archive.read(f"{root}data.pkl")))
        content = reader.load()
        for key, flat in reader.storages.items():
            with archive.open(f"{root}data/{key}") as stream:
                _fill(flat, stream)
    return content


def _from_stream(path: Path) -> Any:
    with path.open("rb") as stream:
        if (Reader(stream).load(), Reader(stream).load()) != (MAGIC, VERSION):
            raise ValueError("it does not begin as torch's files do")
        if not Reader(stream).load()["little_endian"]:
            raise ValueError("its tensors are not little-endian")
        reader = Reader(stream)
        content = reader.load()
        keys = Reader(stream).load()
        if set(keys) != reader.storages.keys():
            raise ValueError("its list of tensors is not that of its modules")
        for key in keys:
            flat = reader.storages[key]
            if int.from_bytes(stream.read(8), "little") != len(flat):
                raise ValueError("a tensor has another length than announced")
            _fill(flat, stream)
    return content


def _fill(flat: Tensor, stream: IO[bytes]) -> None:
    room = flat.view(torch.uint8).numpy().data
    data = stream.read(len(room))
    if len(data) < len(room):
        raise EOFError("it ends within a tensor")
    room[:] = data


def _tensors(module: Inert, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
    state = vars(module)
    for name, tensor in {**state.get("_parameters", {}), **state.get("_buffers", {})}.items():
        if tensor is not None:
            yield prefix + name, tensor
    for name, child in state.get("_modules", {}).items():
        if child is not None:
            yield from _tensors(child, f"{prefix}{name}.")


def _local(path_or_url: str) -> Path:
    """The file itself, or a download kept in torch.hub's cache under a name of its own."""
    if not path_or_url.startswith(("http://", "https://")):
        path = Path(path_or_url).expanduser()
        if not path.is_file():
            raise FileNotFoundError(f"{path} does not exist; give a file's path or its URL")
        return path
    digest = hashlib.sha256(path_or_url.encode()).hexdigest()[:8]  # many are called encoder.pkl
    path = Path(torch.hub.get_dir()) / "checkpoints" / f"{digest}-{Path(path_or_url).name}"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(path_or_url, str(path), progress=False)
        except OSError as error:
            raise ValueError(
                f"{path_or_url} cannot be downloaded ({error}); fetch it elsewhere and give a path"
            ) from error
    return path
