"""The table of families: facts no tensor shows, and files that are not whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file
from small_vits import (
    State,
    from_file,
    imported,
    mmpretrain,
    pictures,
    prefixed,
    same,
    timm_beit,
    timm_vit,
)

from backbones.checkpoints.families import (
    Traits,
    beit,
    clip,
    dino,
    dinov2,
    huggingface,
    mae,
    recognise,
    timm_names,
)


def test_heads_of_moco_and_cae_small() -> None:
    """384 wide: 12 heads there, 6 everywhere else."""
    vit = timm_vit(embed_dim=384, num_heads=12, depth=1).state_dict()
    moco_file = {"state_dict": prefixed(vit, "module.base_encoder.")}
    assert recognise(moco_file, "w.pth").traits.num_heads == 12
    for width, heads in ((384, 12), (48, None)):
        options = {"embed_dim": width, "use_abs_pos_emb": True, "depth": 1}
        cae_file = {
            **prefixed(timm_beit(**options).state_dict(), "encoder."),
            "pretext_neck.norm.weight": torch.ones(width),
        }
        assert recognise(cae_file, "w.pth").traits.num_heads == heads


def test_safetensors_and_their_damage(tmp_path: Path) -> None:
    reference = timm_vit()
    path = tmp_path / "w.safetensors"
    save_file(dict(reference.state_dict()), path)
    same(from_file(path), reference.forward_features(pictures()))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
        from_file(path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda t: t | {"backbone.layers.1.first.weight": t.pop("backbone.layers.1.ln1.weight")},
            r"missing     blocks\.1\.norm1\.weight",
        ),
        (
            lambda t: t | {"backbone.blocks.1.norm1.weight": t["backbone.layers.1.ln1.weight"]},
            "half renamed",
        ),
        (
            lambda t: t | {"teacher_net.layers.0.ln1.weight": torch.ones(48)},
            r"no place    teacher_net\.layers\.0\.ln1\.weight outside the encoder",
        ),
    ],
    ids=["lost", "twice", "stranger"],
)
def test_half_renamed_files_are_refused(
    tmp_path: Path, spoil: Callable[[State], State], message: str
) -> None:
    tensors = spoil(mmpretrain(dict(timm_vit().state_dict())))
    with pytest.raises(ValueError, match=message):
        imported({"state_dict": tensors}, tmp_path)


@pytest.mark.parametrize(
    ("ours", "model"),
    [
        (mae.TRAITS, "vit_base_patch16_224.mae"),
        (timm_names.FACEBOOK, "deit_base_patch16_224.fb_in1k"),
        (dino.TEACHER.traits, "vit_base_patch16_224.dino"),
        (dinov2.TRAITS, "vit_base_patch14_dinov2.lvd142m"),
        (clip.FAMILIES[0].traits, "vit_base_patch16_clip_quickgelu_224.openai"),
        (clip.FAMILIES[1].traits, "vit_base_patch16_clip_224.laion2b"),
        (beit.FAMILIES[0].traits, "beitv2_base_patch16_224.in1k_ft_in1k"),
        (huggingface.FAMILIES[0].traits, "beit_base_patch16_224.in22k_ft_in22k"),
    ],
)
def test_normalisations_are_those_timm_records(ours: Traits, model: str) -> None:
    recorded = timm.get_pretrained_cfg(model)
    for found, expected in zip(ours.normalisation, (recorded.mean, recorded.std), strict=True):
        assert found == pytest.approx([255 * value for value in expected], abs=1e-3)
