"""Pickled modules are read as `torch.load` would, and nothing in them is run."""

import os
import pickle
import shutil
import sys
import types
import zipfile
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from pretrain.tokenizers.unpickle import read_state_dict

FORMATS = {"archive": True, "stream": False}
pytestmark = pytest.mark.filterwarnings("ignore:Couldn.t retrieve source code")


class Layers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last))
        self.register_buffer("part", torch.randn(6).half()[2:])
        self.register_parameter("none", None)
        self.layers = nn.Sequential(OrderedDict(relu=nn.ReLU(), linear=nn.Linear(3, 2)))
        self.again = self.layers.linear
        self.device, self.dtype, self.call = torch.device("cpu"), torch.float32, partial(nn.ReLU)
        self.size = torch.Size([1, 2])


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> nn.Module:
    """A `dall_e.encoder.Encoder`, a class that exists until `forget`."""
    module = types.ModuleType("dall_e.encoder")
    monkeypatch.setitem(sys.modules, "dall_e", types.ModuleType("dall_e"))
    monkeypatch.setitem(sys.modules, "dall_e.encoder", module)
    encoder: Any = type("Encoder", (Layers,), {"__module__": "dall_e.encoder"})
    monkeypatch.setattr(module, "Encoder", encoder, raising=False)
    torch.manual_seed(0)
    model: nn.Module = encoder()
    return model


def forget() -> None:
    del sys.modules["dall_e"], sys.modules["dall_e.encoder"]


def save(content: Any, path: Path, form: str) -> str:
    torch.save(content, path, _use_new_zipfile_serialization=FORMATS[form])
    return str(path)


def assert_same(found: dict[str, Tensor], wanted: dict[str, Tensor]) -> None:
    assert list(found) == list(wanted)
    for name, tensor in wanted.items():
        assert_close(found[name], tensor, rtol=0, atol=0)


@pytest.mark.parametrize("form", FORMATS)
def test_a_module_gives_its_state_dict_without_its_classes(
    form: str, foreign: nn.Module, tmp_path: Path
) -> None:
    file, wanted = save(foreign, tmp_path / "encoder.pkl", form), foreign.state_dict()
    forget()
    with pytest.raises(pickle.UnpicklingError):
        torch.load(file, weights_only=True)
    with pytest.raises(ModuleNotFoundError):
        torch.load(file, weights_only=False)
    assert_same(read_state_dict(file), wanted)
    assert "dall_e.encoder" not in sys.modules


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("wrap", [False, True])
def test_a_state_dict_is_read_too(
    form: str, wrap: bool, foreign: nn.Module, tmp_path: Path
) -> None:
    state = foreign.state_dict()
    content = {"state_dict": state, "epoch": 3} if wrap else state
    assert_same(read_state_dict(save(content, tmp_path / "x.pth", form)), state)


class Command:
    def __init__(self, call: Any, *arguments: Any) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> Any:
        return self.call, self.arguments


@pytest.mark.parametrize("form", [*FORMATS, "bare"])
@pytest.mark.parametrize("where", ["alone", "in a state dict", "in a module"])
@pytest.mark.parametrize("call", [os.system, eval, exec, getattr, torch.load, torch.hub.load])
def test_a_program_is_refused_and_not_run(form: str, where: str, call: Any, tmp_path: Path) -> None:
    mark, path = tmp_path / "ran", tmp_path / "encoder.pkl"
    command = Command(call, f"touch {mark}" if call is os.system else f"open({str(mark)!r}, 'w')")
    module: Any = nn.ReLU()
    module.extra = command
    content = {"alone": command, "in a state dict": {"x": command}, "in a module": module}[where]
    if form == "bare":
        path.write_bytes(pickle.dumps(content, protocol=4))
    else:
        save(content, path, form)
    with pytest.raises(
        ValueError, match=rf"encoder.pkl names [\w.]+\.{call.__name__}, which is no"
    ):
        read_state_dict(str(path))
    assert not mark.exists()


def test_a_name_inside_torch_nn_is_never_called(tmp_path: Path) -> None:
    path, mark = tmp_path / "encoder.pkl", tmp_path / "ran"
    program = f"ctorch.nn.modules.module\nos.system\n(Vtouch {mark}\ntR.".encode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("encoder/data.pkl", program)
    with pytest.raises(ValueError, match=r"encoder.pkl holds no model"):
        read_state_dict(str(path))
    assert not mark.exists()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.99])
def test_a_truncated_file_says_so(form: str, part: float, tmp_path: Path) -> None:
    path = tmp_path / "encoder.pkl"
    save(nn.Linear(100, 100), path, form)
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    with pytest.raises(ValueError, match=r"encoder.pkl cannot be read .* may be incomplete"):
        read_state_dict(str(path))


def test_a_damaged_tensor_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "encoder.pkl"
    save(nn.Linear(100, 100), path, "archive")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"BadZipFile: Bad CRC-32 .* may be incomplete"):
        read_state_dict(str(path))


@pytest.mark.parametrize(
    ("find", "replace", "message"),
    [
        (b"K\x02K\x03\x86", b"K\x03K\x03\x86", "out of bounds"),  # 3 x 3 values of a storage of 6
        (b"K\x06tq", b"K\x07tq", "within a tensor"),
        (b"FloatStorage", b"ShortStorage", "names torch.ShortStorage"),
    ],
)
def test_a_tensor_beyond_its_data_is_an_error(
    find: bytes, replace: bytes, message: str, tmp_path: Path
) -> None:
    save({"w": torch.ones(2, 3)}, tmp_path / "good.pth", "archive")
    with (
        zipfile.ZipFile(tmp_path / "good.pth") as good,
        zipfile.ZipFile(tmp_path / "bad.pth", "w") as bad,
    ):
        for name in good.namelist():
            data = good.read(name)
            if name.endswith("data.pkl"):
                assert data.count(find) == 1
                data = data.replace(find, replace)
            bad.writestr(name, data)
    with pytest.raises(ValueError, match=message):
        read_state_dict(str(tmp_path / "bad.pth"))


@pytest.mark.parametrize(
    ("find", "replace", "message"),
    [
        (b"little_endianq\x02\x88", b"little_endianq\x02\x89", "not little-endian"),
        (pickle.dumps(1001, 2), pickle.dumps(1002, 2), "does not begin as"),
        (None, pickle.dumps([], 2), "not that of its modules"),  # a tensor would stay unfilled
        (b"\x06" + bytes(7) + bytes(4), b"\x05" + bytes(7) + bytes(4), "another length"),
    ],
)
def test_a_stream_that_contradicts_itself_is_an_error(
    find: bytes | None, replace: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.pth"
    save({"w": torch.zeros(6)}, path, "stream")
    data = path.read_bytes()
    find = find or data[data.rindex(b"\x80\x02]") : -(8 + 24)]
    assert data.count(find) == 1
    path.write_bytes(data.replace(find, replace))
    with pytest.raises(ValueError, match=message):
        read_state_dict(str(path))


@pytest.mark.parametrize("content", [torch.ones(2), {}, [], nn.ReLU(), {"w": 1.0}, "text"])
def test_a_file_without_a_model_says_so(content: Any, tmp_path: Path) -> None:
    file = save(content, tmp_path / "x.pth", "archive")
    with pytest.raises(ValueError, match=r"x.pth holds no model"):
        read_state_dict(file)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing.pkl does not exist"):
        read_state_dict(str(tmp_path / "nothing.pkl"))


def test_a_url_is_downloaded_once_and_told_from_its_namesakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def download(url: str, target: str, *, progress: bool) -> None:
        asked.append(url)
        if "lost" in url:
            raise OSError("no route to host")
        shutil.copy(tmp_path / url.split("/")[2], target)

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "cache"))
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    for host in ("a", "b"):
        save({host: torch.ones(1)}, tmp_path / host, "archive")
    for host in ("a", "b", "a"):
        assert list(read_state_dict(f"https://{host}/encoder.pkl")) == [host]
    assert asked == ["https://a/encoder.pkl", "https://b/encoder.pkl"]
    with pytest.raises(ValueError, match=r"lost/encoder.pkl cannot be downloaded \(no route"):
        read_state_dict("https://lost/encoder.pkl")
