"""The page of a codebook, from trained tokenizers and pictures, as a user makes it."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from file_server import serving

from backbones.shards.writer import write_shards
from pretrain.__main__ import main as pretrain
from pretrain.codebook.__main__ import main
from pretrain.export import main as export

SMALL = {
    "model.tokenizer.vocabulary": 16,
    "model.tokenizer.strides": "[4,2]",
    "model.tokenizer.widths": "[8,16]",
    "train_dataloader.dataset.size": 32,
    "default_hooks.figure.size": 32,
}


@pytest.fixture
def tokenizer(tmp_path: Path, pictures: Path) -> str:
    options = {**SMALL, "epochs": 3, "batch_size": 4, "data_root": pictures, "save_interval": 1}
    pairs = [f"{key}={value}" for key, value in options.items()]
    run = str(tmp_path / "vq")
    pretrain(["pretrain/configs/demo/vq.py", "--work-dir", run, "--cfg-options", *pairs])
    export([run, str(tmp_path / "vq.pth")])
    return str(tmp_path / "vq.pth")


def test_tokenizers_side_by_side(
    tokenizer: str, pictures: Path, tmp_path: Path, command: Callable[..., list[str]]
) -> None:
    pretrain(command(tmp_path / "sup", config="supervised", epochs=2))
    out = tmp_path / "page"
    classifier = ["--classifier", str(tmp_path / "sup")]
    main([tokenizer, tokenizer, str(pictures), "--out", str(out), "--size", "32", *classifier])
    frame = pd.read_csv(out / "codebook.csv")
    assert frame["words"].tolist() == [16, 16]
    page_usage = frame["usage %"].tolist()
    assert page_usage[0] == page_usage[1] > 0
    assert {"probe on words %", "classifier on originals %"} < set(frame.columns)
    page = (out / "index.html").read_text()
    assert len(re.findall(r'src="data:image/png;base64,', page)) == 4
    assert {p.name for p in out.glob("*.png")} == {
        "reconstructions.png",
        "how-often-each-word-is-used.png",
        "words-of-vq-1.png",
        "words-of-vq-2.png",
    }


def test_shards_say_what_their_folder_says(
    tokenizer: str, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_shards(pictures, tmp_path / "shards", 4)
    options = ["--size", "32", "--out"]
    with serving(tmp_path / "shards") as server:
        main([tokenizer, server.url, "--limit", "3", *options, str(tmp_path / "few")])
        assert len(server.shards) == 1  # three pictures of the first, not one of each
        places = {"folder": pictures, "shards": tmp_path / "shards", "url": server.url}
        for name, place in places.items():
            main([tokenizer, str(place), *options, str(tmp_path / name)])
    tables = [(tmp_path / name / "codebook.csv").read_text() for name in places]
    assert tables == tables[:1] * 3
    assert "probe on words %" in tables[0]
    assert "shards" in (tmp_path / "shards" / "index.html").read_text()


def test_reasons_instead_of_a_page(tokenizer: str, tmp_path: Path, pictures: Path) -> None:
    out = ["--out", str(tmp_path / "page")]
    with pytest.raises(SystemExit, match=r"no tokenizer at none\.pth"):
        main(["none.pth", str(pictures), *out])
    with pytest.raises(SystemExit, match="no folder of pictures at nowhere"):
        main([tokenizer, "nowhere", *out])
    with pytest.raises(SystemExit, match="--classifier needs one folder a class"):
        main([tokenizer, str(pictures / "apple"), *out, "--classifier", tokenizer])
    with pytest.raises(SystemExit, match=r"whose sides are multiples of 8, got .33, 33."):
        main([tokenizer, str(pictures), *out, "--size", "33"])
    with pytest.raises(SystemExit, match=r"knows ImageNet's synsets; the folder has .* 'apple'"):
        main([tokenizer, str(pictures), *out, "--size", "32", "--classifier", "resnet18"])
    assert not (tmp_path / "page").exists()
