"""The data fingerprint: the same data anywhere, other data never."""

import shutil
from pathlib import Path

from backbones.pictures.dataset import Pictures
from backbones.shards.writer import write_shards
from transfer.manifest import describe_data, describe_datasets


def make(root: Path) -> tuple[list[str], list[str]]:
    root.mkdir()
    for name, content in {"a.jpg": b"12", "b.jpg": b"345", "labels.json": b"{}"}.items():
        (root / name).write_bytes(content)
    return [str(root / "b.jpg"), str(root / "a.jpg")], [str(root / "labels.json")]


def test_place_and_order_do_not_matter(tmp_path: Path) -> None:
    here, there = tmp_path / "x", tmp_path / "y"
    images, annotations = make(here)
    first = describe_data(here, images, annotations)
    moved_images, moved_annotations = make(there)
    second = describe_data(there, moved_images[::-1], moved_annotations)
    assert first["name"] == "x"
    assert {**first, "name": "y"} == second


def test_a_picture_more_or_another_label_is_other_data(tmp_path: Path) -> None:
    root = tmp_path / "x"
    images, annotations = make(root)
    whole = describe_data(root, images, annotations)
    fewer = describe_data(root, images[:1], annotations)
    assert fewer["manifest_sha256"] != whole["manifest_sha256"]
    (root / "labels.json").write_text("[]")
    changed = describe_data(root, images, annotations)
    assert changed["annotations_sha256"] != whole["annotations_sha256"]
    assert changed["manifest_sha256"] == whole["manifest_sha256"]


def test_shards_are_the_data_of_their_folder(folders: Path, tmp_path: Path) -> None:
    root = tmp_path / "imagenet"

    def described(place: Path) -> dict[str, object]:
        pair = (Pictures(str(place / split), 16, labelled=True) for split in ("train", "val"))
        return describe_datasets(place, *pair)

    for split in ("train", "val"):
        write_shards(folders / split, root / split, 8)
    assert described(root) == described(folders)
    copy = Path(shutil.copytree(folders, tmp_path / "copy" / "imagenet"))
    with next(copy.glob("val/*/*.JPEG")).open("ab") as file:
        file.write(b"1")
    assert described(copy)["manifest_sha256"] != described(root)["manifest_sha256"]
