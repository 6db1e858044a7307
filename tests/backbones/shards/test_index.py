"""An index that is missing, something else, or of another version."""

import json
from pathlib import Path

import pytest

from backbones.shards import remote
from backbones.shards.index import index_of, load_index


def test_what_a_data_root_means(pictures: Path, shards: Path) -> None:
    assert index_of(shards) == index_of(shards / "index.json") == str(shards / "index.json")
    assert index_of(pictures) is None
    asked = "https://store/set/index.json?version=3"
    assert index_of(asked) == asked
    for place in ("https://store/set", "https://store/set/"):
        assert index_of(place) == "https://store/set/index.json"


def test_it_comes_back_as_it_was_written(shards: Path) -> None:
    index = load_index(shards / "index.json")
    assert (len(index), index.place) == (10, str(shards))
    assert index.starts.tolist() == [0, 4, 8, 10]
    assert index.to_json() == json.loads((shards / "index.json").read_text())


def test_errors_name_the_file_and_the_remedy(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "index.json"
    with pytest.raises(FileNotFoundError, match=rf"no index of shards at {path}.*writes OUT"):
        load_index(path)
    monkeypatch.setattr(remote, "TRIES", 1)
    with pytest.raises(FileNotFoundError, match=r"no index .* cannot be fetched, 1 times: "):
        load_index("http://127.0.0.1:1/index.json")  # nobody answers there
    content = (shards / "index.json").read_text()
    for text in ("no json", "[]", "\udc80", content.replace('"paths"', '"names"')):
        path.write_text(text, errors="surrogateescape")
        with pytest.raises(ValueError, match=r"index\.json is no index of shards"):
            load_index(path)
    for schema in (1, 9):
        path.write_text(json.dumps({**json.loads(content), "schema": schema}))
        with pytest.raises(ValueError, match=rf"has schema {schema}, this version reads 2"):
            load_index(path)
