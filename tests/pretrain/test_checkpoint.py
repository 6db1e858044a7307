"""A checkpoint describes itself in plain data, and reading it runs nothing that it carries."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer

import pretrain
from pretrain.checkpoint import build_own, describe_run, read_checkpoint
from pretrain.export import build, export

ATTACK = "import pretrain\npretrain.attacked = True\n"


class Calls:
    """Pickles as the call of `function`."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def described(**options: Any) -> dict[str, Any]:
    config = Config.fromfile("pretrain/configs/demo/mae_pixel.py")
    config.merge_from_dict(options)
    return describe_run(config, build(config))


def test_the_description_is_plain_json_and_names_the_encoder() -> None:
    run = described(**{"model.encoder.img_size": (24, 48)})
    assert json.loads(json.dumps(run)) == run
    assert run["config"]["epochs"] == 22
    assert run["exports"]["meta"]["grid"] == [2, 4]
    assert run["exports"]["shapes"]["pos_embed"] == [1, 9, 96]
    assert not any(name.startswith("decoder") for name in run["exports"]["shapes"])


def test_a_tokenizer_is_exported_whole() -> None:
    config = Config.fromfile("pretrain/configs/demo/vq.py")
    run = describe_run(config, build(config))
    assert run["exports"]["meta"]["kind"] == "tokenizer"
    assert run["exports"]["meta"]["options"]["vocabulary"] == 512
    assert "codebook._codebook.embed" in run["exports"]["shapes"]


@pytest.mark.parametrize(
    "options",
    [
        {"type": "builtins.exec", "source": ATTACK},
        {"type": "MaskedImageModel", "encoder": {"type": "os.system"}},
        {"type": "VQVAE", "strides": [{"type": "mmengine.hooks.EmptyCacheHook"}]},
    ],
)
def test_only_our_own_classes_are_built(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"asks for '.*', which is no model of ours"):
        build_own(options)
    assert not hasattr(pretrain, "attacked")


def test_our_own_classes_are_built() -> None:
    assert build_own({"type": "VQVAE", "strides": [4], "widths": [8]}).stride == 4


@pytest.mark.parametrize(
    "config",
    [{"model": {"type": "builtins.exec", "source": ATTACK}}, {"custom_imports": ["antigravity"]}],
)
def test_code_in_the_config_is_not_run(tmp_path: Path, config: dict[str, Any]) -> None:
    """MMEngine runs a config's text, imports what it lists, and calls whatever `type` names."""
    run = described()
    run["config"] |= config
    weights = {name: torch.zeros(shape) for name, shape in run["exports"]["shapes"].items()}
    meta = {"cfg": ATTACK, "config": ATTACK, "epoch": 1, "seed": 0, "pretrain": run}
    torch.save({"state_dict": weights, "meta": meta}, tmp_path / "epoch_1.pth")
    assert export(tmp_path / "epoch_1.pth", tmp_path / "out.pth")["embed_dims"] == 96
    assert not hasattr(pretrain, "attacked")


def test_pickled_calls_are_refused(tmp_path: Path) -> None:
    torch.save({"state_dict": {}, "meta": Calls(exec, ATTACK)}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match="is no checkpoint of python -m pretrain"):
        read_checkpoint(tmp_path / "a.pth")
    assert not hasattr(pretrain, "attacked")


def test_attributes_are_not_handed_out(tmp_path: Path) -> None:
    """MMEngine's histories pickle with `getattr`, which would reach anything there is."""
    content = {"history": HistoryBuffer([1.0], [1]), "reached": Calls(getattr, "text", "upper")}
    path = tmp_path / "a.pth"
    torch.save({"state_dict": {}, "meta": {"pretrain": {}}, "message_hub": content}, path)
    assert read_checkpoint(path)["message_hub"]["reached"] is None
    assert HistoryBuffer([1.0, 3.0], [1, 1]).statistics("mean") == 2  # as it was


def test_a_checkpoint_with_its_config_as_text_only_is_refused(tmp_path: Path) -> None:
    torch.save({"state_dict": {}, "meta": {"cfg": ATTACK}}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match="carries no config as plain data"):
        read_checkpoint(tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(b"half")
    with pytest.raises(ValueError, match="is no checkpoint of python -m pretrain"):
        read_checkpoint(tmp_path / "b.pth")
    assert not hasattr(pretrain, "attacked")
