"""Reading files: from the net, and those that would run code, safely."""

import argparse
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import MessageHub
from safetensors.torch import save_file
from torch import nn

from backbones.checkpoints.read import read_checkpoint


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    (tmp_path / "served").mkdir()
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    handler = partial(Quiet, directory=str(tmp_path / "served"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", tmp_path / "served"
        running.shutdown()


@pytest.mark.parametrize("name", ["w.pth", "w.pth.tar", "w.safetensors"])
def test_from_a_url(server: tuple[str, Path], name: str) -> None:
    url, folder = server
    write = save_file if name.endswith("safetensors") else torch.save
    write({"x": torch.arange(3.0)}, folder / name)
    for _ in range(2):  # the second time without the net
        assert read_checkpoint(f"{url}/{name}?download=1")["x"].tolist() == [0, 1, 2]
        (folder / name).unlink(missing_ok=True)


def test_urls_that_end_alike_are_two_files(server: tuple[str, Path]) -> None:
    url, folder = server
    for name in ("a", "b"):
        (folder / name).mkdir()
        torch.save({"x": torch.full((1,), float(ord(name)))}, folder / name / "model.pth")
    found = [read_checkpoint(f"{url}/{name}/model.pth")["x"].item() for name in ("a", "b")]
    assert found == [97, 98]


def test_a_bad_download_is_not_kept(server: tuple[str, Path]) -> None:
    url, folder = server
    (folder / "w.pth").write_text("<html>log in first</html>")
    with pytest.raises(ValueError, match=r"w\.pth is no checkpoint \(it begins with b'<html>"):
        read_checkpoint(f"{url}/w.pth")
    torch.save({"x": torch.ones(1)}, folder / "w.pth")
    assert read_checkpoint(f"{url}/w.pth")["x"].item() == 1
    with pytest.raises(ValueError, match="cannot be downloaded"):
        read_checkpoint("http://a b/x.pth")


def test_a_url_without_a_file(server: tuple[str, Path]) -> None:
    with pytest.raises(ValueError, match=r"none\.pth cannot be downloaded .*404"):
        read_checkpoint(f"{server[0]}/none.pth")


def test_options_of_a_training_script_are_no_code(tmp_path: Path) -> None:
    options = argparse.Namespace(lr=1e-3, output_dir="runs", nested=argparse.Namespace(a=1))
    torch.save({"model": {"x": torch.ones(1)}, "args": options}, tmp_path / "w.pth")
    assert read_checkpoint(str(tmp_path / "w.pth"))["args"].lr == 1e-3


def test_programs_are_refused(tmp_path: Path) -> None:
    torch.jit.script(nn.Linear(2, 2)).save(str(tmp_path / "clip.pt"))
    with pytest.raises(ValueError, match="is a TorchScript program"):
        read_checkpoint(str(tmp_path / "clip.pt"))


def test_checkpoints_of_a_training_run_hold_no_code(tmp_path: Path) -> None:
    """MMEngine's scalar histories and numpy's numbers are passed over."""
    hub = MessageHub.get_instance(f"test_read {tmp_path.name}")
    hub.update_scalar("train/loss", 0.5)
    content = {"state_dict": {"x": torch.ones(1)}, "message_hub": hub.state_dict()}
    torch.save({**content, "best": np.float64(3.0)}, tmp_path / "iter_1.pth")
    assert read_checkpoint(str(tmp_path / "iter_1.pth"))["state_dict"]["x"].item() == 1
