"""Pictures found below a folder, and the classes their folders are."""

from pathlib import Path

import pytest

from backbones.pictures.folder import class_names, find_pictures


def test_nested_flat_hidden_and_linked(tmp_path: Path, pictures: Path) -> None:
    flat = (pictures / "apple" / "0.png").read_bytes()
    (tmp_path / "b.PNG").write_bytes(flat)
    (tmp_path / ".hidden.png").write_bytes(flat)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "linked").symlink_to(pictures / "apple")
    assert find_pictures(tmp_path) == ["b.PNG", *(f"linked/{i}.png" for i in range(4))]


def test_a_missing_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=f"no folder of pictures at {tmp_path}/none"):
        find_pictures(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match=f"no pictures .* in or below {tmp_path}"):
        find_pictures(tmp_path)


def test_labels_need_folders(tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "loose.png").write_bytes((pictures / "apple" / "0.png").read_bytes())
    with pytest.raises(ValueError, match=r"one folder a class below .*loose\.png lies directly"):
        class_names(tmp_path)


def test_an_empty_folder_is_no_class(tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "pear").symlink_to(pictures / "pear")
    assert class_names(tmp_path) == ("pear",)
