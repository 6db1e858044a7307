"""A job depends on its config and on all that config inherits."""

from pathlib import Path

import pytest
from mmengine.config import Config

from transfer.suite import config_files

ROOT = Path(__file__).parents[3]
CONFIGS = sorted(
    path
    for package in ("pretrain", "transfer")
    for path in (ROOT / package).rglob("configs/**/*.py")
)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_configs_files_are_those_mmengine_reads(path: Path) -> None:
    def read(file: Path) -> set[Path]:
        bases = [base for base in Config._get_base_files(str(file)) if "::" not in base]
        return {file}.union(*(read((file.parent / base).resolve()) for base in bases))

    assert config_files(path)[0] == path
    assert set(config_files(path)) == read(path)
