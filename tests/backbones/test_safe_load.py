"""Tensors stay in the file until they are used, where the file allows it."""

from pathlib import Path

import pytest
import torch

from backbones.safe_load import load_safely

TENSORS = {"a": torch.arange(5.0), "b": torch.ones(2, 3)}


def lies_in(tensor: torch.Tensor, file: Path) -> bool:
    """Whether the tensor's memory is a mapping of the file."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, *_, name = line.split()
        first, last = (int(address, 16) for address in span.split("-"))
        if first <= tensor.data_ptr() < last:
            return name == str(file)
    return False


@pytest.mark.parametrize("zipped", [True, False])
def test_a_zip_archive_is_mapped_and_an_older_file_read(zipped: bool, tmp_path: Path) -> None:
    file = tmp_path / "weights.pth"
    torch.save(TENSORS, file, _use_new_zipfile_serialization=zipped)
    found = load_safely(file)
    assert {name: tensor.tolist() for name, tensor in found.items()} == {
        name: tensor.tolist() for name, tensor in TENSORS.items()
    }
    assert all(lies_in(tensor, file) == zipped for tensor in found.values())


def test_writing_to_a_mapped_tensor_leaves_the_file(tmp_path: Path) -> None:
    torch.save(TENSORS, file := tmp_path / "weights.pth")
    load_safely(file)["a"].zero_()
    assert load_safely(file)["a"].tolist() == [0, 1, 2, 3, 4]
