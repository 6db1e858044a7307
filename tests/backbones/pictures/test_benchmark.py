"""The loading benchmark: all pipelines see the same crops, and it says how far their views are."""

import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms
from torchvision.datasets import ImageFolder

from backbones.pictures.benchmark import BASELINE, MEAN, STD, draw_crops, image_folder, main
from backbones.pictures.decode import available


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i in range(3):
        blobs = np.random.default_rng(i).integers(0, 256, (6, 7, 3), dtype=np.uint8)
        (tmp_path / "all").mkdir(exist_ok=True)
        picture = Image.fromarray(blobs).resize((90 + i, 70), Image.Resampling.BICUBIC)
        picture.save(tmp_path / "all" / f"{i}.jpg", quality=92)
    return tmp_path


def test_a_table_for_each_scale_and_all_numbers_in_a_file(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks, now = count(), [0.0]  # read one after the other, no two of the first equally apart

    def wall() -> float:
        now[0] = float(next(ticks)) ** 2
        return now[0]

    monkeypatch.setattr("time.perf_counter", wall)
    monkeypatch.setattr("time.process_time", lambda: 2 * now[0])
    out = tmp_path / "loading.json"
    options = ["--images", "2", "--size", "64", "--repeats", "1", "--enlarge", "1", "4"]
    main([str(folder), *options, "--out", str(out)])
    shown = capsys.readouterr().out
    assert "2 pictures of" in shown
    result = json.loads(out.read_text())
    assert [corpus["enlarged"] for corpus in result["corpora"]] == [1, 4]
    for corpus in result["corpora"]:
        rows = {row["pipeline"]: row for row in corpus["rows"]}
        assert len(rows) == 2 + len(available())
        assert rows[BASELINE]["speedup"] == 1
        assert rows["whole, pillow"]["most_off"] == 0
        of_baseline = rows[BASELINE]["images_per_core_s"]
        for row in rows.values():
            assert row["images_per_core_s"] == pytest.approx(row["images_per_s"] / 2)
            assert row["speedup"] == pytest.approx(row["images_per_core_s"] / of_baseline)
        assert all(row["mean_off"] < 3 for row in rows.values())
    apart = [corpus["rows"][-1]["mean_off"] for corpus in result["corpora"]]
    assert apart[0] < 0.05 < apart[1]  # only enlarged ones are decoded at a smaller scale


def test_the_baseline_is_torchvisions(folder: Path) -> None:
    crop = draw_crops(folder, ["all/1.jpg"], 32)[0]
    left, top, right, bottom = crop.box

    class SameCrop(transforms.RandomResizedCrop):
        @staticmethod
        def get_params(*_: object) -> tuple[int, int, int, int]:
            return top, left, bottom - top, right - left

    steps = transforms.Compose(
        [
            SameCrop(32, interpolation=transforms.InterpolationMode.BICUBIC),
            transforms.RandomHorizontalFlip(float(crop.flip)),
            transforms.ToTensor(),
            transforms.Normalize(MEAN, STD),
        ]
    )
    assert torch.equal(image_folder(crop, 32), ImageFolder(str(folder), steps)[1][0])


def test_a_missing_folder_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="benchmark: no folder of pictures at"):
        main([str(tmp_path / "none")])
