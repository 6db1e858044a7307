"""An index that is missing, something else, or of another version."""

import json
from pathlib import Path

import pytest

from backbones.shards.index import is_index, load_index


def test_what_a_data_root_means() -> None:
    assert is_index("shards/index.json")
    assert is_index("https://store/set/index.json?version=3")
    assert not is_index("data/imagenet/train")


def test_it_comes_back_as_it_was_written(shards: Path) -> None:
    index = load_index(shards / "index.json")
    assert (len(index), index.place) == (10, str(shards))
    assert index.starts.tolist() == [0, 4, 8, 10]
    assert index.to_json() == json.loads((shards / "index.json").read_text())


def test_errors_name_the_file_and_the_remedy(shards: Path, tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    with pytest.raises(FileNotFoundError, match=rf"no index of shards at {path}.*writes OUT"):
        load_index(path)
    for text in ("no json", "[]", '{"shards": [{}]}'):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"index\.json is no index of shards"):
            load_index(path)
    content = json.loads((shards / "index.json").read_text())
    path.write_text(json.dumps({**content, "schema": 9}))
    with pytest.raises(ValueError, match="has schema 9, this version reads 1"):
        load_index(path)
