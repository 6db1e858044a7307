"""Pictures from checkpoints: of masked models and tokenizers, or a reason why there are none."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from file_server import serving
from PIL import Image

from backbones.shards.writer import write_shards
from pretrain.__main__ import main as pretrain
from pretrain.export import main as export
from pretrain.visualize import main

Command = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path, command: Command) -> Path:
    pretrain(command(tmp_path / "run", epochs=2))
    return tmp_path / "run"


def test_a_run_at_any_ratio(run: Path, pictures: Path, tmp_path: Path) -> None:
    for ratio in ("0.5", "0.9"):
        out = tmp_path / f"{ratio}.png"
        options = ["--mask-ratio", ratio, "--out", str(out), "--pictures", "3"]
        main([str(run), str(pictures), *options])
        assert Image.open(out).width > Image.open(out).height  # four columns, three rows
    half, most = (Image.open(tmp_path / f"{r}.png").convert("RGB") for r in ("0.5", "0.9"))
    grey = [sum(pixel == (128, 128, 128) for pixel in p.getdata()) for p in (half, most)]
    assert grey[1] > 1.5 * grey[0]


def test_one_picture_and_a_missing_one(
    run: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(run), str(pictures / "apple" / "0.png"), "--out", str(tmp_path / "one.png")])
    assert "one.png: 1 pictures" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="there is no picture at"):
        main([str(run), str(pictures / "none.png")])


def test_shards_are_drawn_like_their_folder(
    run: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_shards(pictures, tmp_path / "shards", 4)
    for name, place in (("folder", pictures), ("shards", tmp_path / "shards")):
        main([str(run), str(place), "--out", str(tmp_path / f"{name}.png"), "--pictures", "3"])
    assert (tmp_path / "folder.png").read_bytes() == (tmp_path / "shards.png").read_bytes()
    with serving(tmp_path / "shards") as server:
        main([str(run), server.url, "--out", str(tmp_path / "url.png"), "--pictures", "3"])
        assert len(server.shards) == 1  # three pictures of the first, not one of each
    with pytest.raises(SystemExit, match="no index of shards at"):
        main([str(run), str(tmp_path / "shards" / "none.json")])


def test_published_weights_with_a_config(run: Path, pictures: Path, tmp_path: Path) -> None:
    """MAE's full checkpoints hold `model` and no config."""
    weights = torch.load(run / "epoch_2.pth", weights_only=False)["state_dict"]
    torch.save({"model": weights}, tmp_path / "full.pth")
    config = tmp_path / "tiny.py"
    text = next(run.glob("*.py")).read_text()
    config.write_text(text)
    arguments = [str(tmp_path / "full.pth"), str(pictures), "--out", str(tmp_path / "a.png")]
    main([*arguments, "--config", str(config)])
    assert (tmp_path / "a.png").exists()


def test_what_has_no_decoder_is_refused(run: Path, pictures: Path, tmp_path: Path) -> None:
    export([str(run), str(tmp_path / "encoder.pth")])
    with pytest.raises(SystemExit, match="carries no config as plain data"):
        main([str(tmp_path / "encoder.pth"), str(pictures)])
    config = str(next(run.glob("*.py")))
    with pytest.raises(SystemExit, match="holds an encoder only; pictures need the decoder"):
        main([str(tmp_path / "encoder.pth"), str(pictures), "--config", config])


def test_a_classifier_makes_no_pictures(tmp_path: Path, command: Command, pictures: Path) -> None:
    pretrain(command(tmp_path / "run", config="supervised", epochs=2))
    with pytest.raises(SystemExit, match="is a classifier: it has no decoder"):
        main([str(tmp_path / "run"), str(pictures)])
