"""Inspecting and converting checkpoints from the command line."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from timm.models.beit import Beit
from timm.models.vision_transformer import VisionTransformer
from torch.testing import assert_close

from backbones import PlainViT
from backbones.__main__ import main
from backbones.export import load_export

SMALL: dict[str, Any] = dict(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3)
STATED = ["--heads", "3", "--normalisation", "imagenet"]
CONFIG = """
model = dict(
    backbone=dict(
        type="PlainViT", arch=None, img_size=64, patch_size=8, embed_dims=48, depth=2, num_heads=3,
        window_size=4, cls_token=False, final_norm=False, rel_pos="decomposed",
    )
)
"""


def saved(path: Path) -> VisionTransformer:
    torch.manual_seed(0)
    model = VisionTransformer(**SMALL, num_classes=5)
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    torch.save({"state_dict": tensors, "optimizer_states": []}, path)
    return model


def test_inspect_says_what_a_file_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(tmp_path / "w.ckpt")
    main(["inspect", str(tmp_path / "w.ckpt")])
    text = capsys.readouterr().out
    for line in (
        "family         Lightning or OpenMMLab model",
        "holds          encoder, head, optimiser",
        "size           width 48, depth 2, heads 1 (from the width; --heads), patch 8, 32 x 32 pix",
        "network        gelu, LayerNorm epsilon 1e-06, class token, absolute positions",
        "normalisation  not in the file",
        "open           to convert it, add --heads (the width suggests 1), --normalisation",
        "30 of 30 tensors loaded, 0 of them resized",
        "dropped  head.weight",
    ):
        assert line in text


def test_inspect_shows_a_load_into_a_protocol(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = dict(init_values=0.1, use_shared_rel_pos_bias=True, use_abs_pos_emb=False)
    beit = Beit(**SMALL, num_classes=0, **options)
    torch.save({"model": beit.state_dict()}, tmp_path / "w.pth")
    (tmp_path / "protocol.py").write_text(CONFIG)
    main(["inspect", str(tmp_path / "w.pth"), "--config", str(tmp_path / "protocol.py")])
    text = capsys.readouterr().out
    assert "relative-position table shared by all blocks, LayerScale" in text
    assert "blocks.1.attn.relative_position_bias_table: [52, 3] → [49, 3] (bicubic)" in text
    assert "dropped  cls_token" in text


def test_convert_writes_an_export(tmp_path: Path) -> None:
    reference, out = saved(tmp_path / "w.ckpt"), tmp_path / "out.pth"
    with pytest.raises(SystemExit, match=r"add --heads .*, --normalisation"):
        main(["convert", str(tmp_path / "w.ckpt"), str(out)])
    assert not out.exists()
    main(["convert", str(tmp_path / "w.ckpt"), str(out), *STATED])
    tensors, meta = load_export(out)
    assert meta["family"] == "Lightning or OpenMMLab model"
    assert (meta["num_heads"], meta["mean"][0], meta["grid"]) == (3, pytest.approx(0.485), [4, 4])
    own = reference.state_dict()
    assert tensors.keys() == {name for name in own if not name.startswith("head")}
    for name, tensor in tensors.items():
        assert_close(tensor, own[name], rtol=0, atol=0)
    main(["convert", str(out), str(tmp_path / "again.pth")])
    assert load_export(tmp_path / "again.pth")[1]["sha256"] == meta["sha256"]
    init = dict(type="ViTCheckpoint", checkpoint=str(out))
    model = PlainViT(None, img_size=32, patch_size=8, embed_dims=48, depth=2, num_heads=3,
                     init_cfg=init)  # fmt: skip
    model.init_weights()
    images = torch.randn(2, 3, 32, 32)
    assert_close(model.features(images), reference.forward_features(images), rtol=0, atol=1e-5)


class Malicious:
    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)

    def __init__(self, path: Path) -> None:
        self.path = path


def bad_files(folder: Path) -> dict[str, str]:
    """File name → what its one error says."""
    model = VisionTransformer(**SMALL, num_classes=0)
    tensors = dict(model.state_dict())
    torch.save(tensors, folder / "whole.pth")
    data = (folder / "whole.pth").read_bytes()
    (folder / "truncated.pth").write_bytes(data[: len(data) // 2])
    (folder / "nothing.pth").write_bytes(b"")
    (folder / "text.pth").write_text("<html>404</html>")
    torch.save({**tensors, "x": Malicious(folder / "run")}, folder / "malicious.pth")
    renamed = {name.replace("blocks.1.attn", "layers.1.att"): t for name, t in tensors.items()}
    torch.save(renamed, folder / "half-renamed.pth")
    wide = {**tensors, "blocks.1.mlp.fc1.weight": torch.ones(100, 48)}
    torch.save(wide, folder / "wrong-size.pth")
    torch.save({"resnet.conv1.weight": torch.ones(1)}, folder / "other.pth")
    return {
        "truncated.pth": "cannot be read as a checkpoint",
        "nothing.pth": "is no checkpoint",
        "text.pth": "is no checkpoint (it begins with b'<html>404')",
        "malicious.pth": "holds pickled objects besides tensors and is not loaded",
        "half-renamed.pth": "missing     blocks.1.attn.qkv.weight",
        "wrong-size.pth": "wrong shape blocks.1.mlp.fc1.weight",
        "other.pth": "has no layout known here",
        "absent.pth": "does not exist",
    }


@pytest.mark.parametrize("command", ["inspect", "convert"])
def test_a_bad_file_gives_one_error_and_no_export(tmp_path: Path, command: str) -> None:
    for name, message in bad_files(tmp_path).items():
        out = [str(tmp_path / "out.pth")] if command == "convert" else []
        with pytest.raises(SystemExit) as raised:
            main([command, str(tmp_path / name), *out, *STATED])
        assert message in str(raised.value), name
        assert name in str(raised.value)
        assert not (tmp_path / "out.pth").exists()
    assert not (tmp_path / "run").exists()
