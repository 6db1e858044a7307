"""Per-image files of every kind, and what is said of broken ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_results import CLASSES, IMAGES, NAMES, change_arrays, put_detection, put_segmentation

from reports.records.images import read_per_image

ONCE = np.ones((1, IMAGES), np.uint16)


@pytest.fixture
def counts(runs: Any, make_transfer: Any) -> Path:
    return put_segmentation(runs, make_transfer, "random", 0.0).parent


@pytest.fixture
def matches(runs: Any, make_transfer: Any) -> Path:
    return put_detection(runs, make_transfer, "random", 0.0).parent


def test_counts_give_all_three_scores(counts: Path) -> None:
    found = read_per_image(counts, {"counts": "per_image.npz"})
    assert set(found.metrics) == {"miou", "macc", "aacc"}
    assert found.categories == tuple(NAMES)
    scored = found.metrics["miou"](ONCE)
    assert scored.categories is not None
    assert scored.values == pytest.approx(np.nanmean(scored.categories, axis=1))


def test_matches_give_ap_and_its_thresholds(matches: Path) -> None:
    found = read_per_image(matches, {"matches": "matches.npz", "detections": "gone.json"})
    assert set(found.metrics) == {"box_ap", "box_ap50", "box_ap75"}
    ap, ap50, ap75 = (found.metrics[f"box_ap{at}"](ONCE).values[0] for at in ("", "50", "75"))
    assert ap50 > ap75
    assert ap50 > ap > 0


def test_answers_give_every_accuracy(tmp_path: Path) -> None:
    right = np.arange(10) < 7
    np.savez(
        tmp_path / "a.npz",
        image_ids=np.arange(10).astype(str),
        classes=np.array(["x", "y"]),
        label=np.zeros(10),
        top1=right,
        top5_k20=~right,
    )
    found = read_per_image(tmp_path, {"answers": "a.npz"})
    once = np.ones((1, 10), np.uint16)
    assert {m: score(once).values[0] for m, score in found.metrics.items()} == {
        "top1": 70.0,
        "top5_k20": 30.0,
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"union": None}, "the per-image file has no array union"),
        ({"union": np.zeros((3, CLASSES))}, r"array union is \(3, 5\), expected \(40, 5\)"),
        ({"image_ids": None}, "no array image_ids"),
    ],
)
def test_arrays_that_do_not_fit_are_named(counts: Path, changes: Any, words: str) -> None:
    change_arrays(counts / "per_image.npz", **changes)
    with pytest.raises(ValueError, match=words):
        read_per_image(counts, {"counts": "per_image.npz"})


@pytest.mark.parametrize("name", ["box_hit", "box_image", "box_objects", "areas"])
def test_matches_with_an_array_missing_are_refused(matches: Path, name: str) -> None:
    change_arrays(matches / "matches.npz", **{name: None})
    with pytest.raises(ValueError, match=name):
        read_per_image(matches, {"matches": "matches.npz"})


def test_pickles_are_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", image_ids=np.array([{"x": 1}], dtype=object))
    with pytest.raises(ValueError, match=r"a\.npz cannot be read"):
        read_per_image(tmp_path, {"counts": "a.npz"})


def test_a_record_that_names_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names no per-image file"):
        read_per_image(tmp_path, {})


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999])
def test_a_file_cut_anywhere_is_one_clear_error(counts: Path, share: float) -> None:
    file = counts / "per_image.npz"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ValueError, match=r"per_image\.npz cannot be read, half-written\?"):
        read_per_image(counts, {"counts": "per_image.npz"})
