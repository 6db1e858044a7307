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
from torch import Tensor

from backbones.checkpoints.architecture import HEADS
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


@pytest.mark.parametrize("lost", ["pos_embed", "patch_embed.proj.bias", "norm.weight"])
def test_an_encoder_that_lost_a_part_is_no_other_architecture(tmp_path: Path, lost: str) -> None:
    tensors = dict(timm_vit().state_dict())
    del tensors[lost]
    with pytest.raises(ValueError, match=f"MAE encoder file has {lost}.*it is incomplete"):
        imported({"model": tensors}, tmp_path)


@pytest.mark.parametrize("lost", ["gamma_1", "gamma_2", "attn.relative_position_bias_table"])
def test_a_part_lost_in_one_block_is_not_neutral(tmp_path: Path, lost: str) -> None:
    options = {"use_shared_rel_pos_bias": False, "use_rel_pos_bias": True}
    tensors = dict(timm_beit(**options).state_dict())
    del tensors[f"blocks.1.{lost}"]
    with pytest.raises(ValueError, match=r"missing     blocks\.1\."):
        imported({"model": tensors}, tmp_path)


@pytest.mark.parametrize("spoil", [lambda t: t.to(torch.int8), lambda t: t * float("nan")])
def test_weights_that_are_no_numbers(tmp_path: Path, spoil: Callable[[Tensor], Tensor]) -> None:
    tensors = dict(timm_vit().state_dict())
    tensors["blocks.1.mlp.fc1.weight"] = spoil(tensors["blocks.1.mlp.fc1.weight"])
    with pytest.raises(ValueError, match=r"no numbers  blocks\.1\.mlp\.fc1\.weight"):
        imported({"model": tensors}, tmp_path)


def test_a_branch_that_is_not_there(tmp_path: Path) -> None:
    teacher = {"teacher": prefixed(timm_vit().state_dict(), "backbone.")}
    for content in (teacher, {"model": dict(timm_vit().state_dict())}):
        with pytest.raises(ValueError, match="there is no student in it"):
            imported(content, tmp_path, branch="student")


def test_a_folded_class_position_gets_its_row_back(tmp_path: Path) -> None:
    """DeiT III's positions have no row for the class token."""
    reference = timm_vit(no_embed_class=True)
    assert reference.pos_embed.shape[1] == 16
    same(
        imported({"model": reference.state_dict()}, tmp_path),
        reference.forward_features(pictures()),
    )


@pytest.mark.parametrize(("width", "heads"), [(1280, 16), (1408, 16), (1664, 16), (768, 12)])
def test_heads_of_the_published_widths(width: int, heads: int) -> None:
    """timm: ViT-H, ViT-g, ViT-bigG and ViT-B."""
    names = {1280: "vit_huge_patch14_clip_224", 1408: "vit_giant_patch14_clip_224",
             1664: "vit_gigantic_patch14_clip_224", 768: "vit_base_patch16_224"}  # fmt: skip
    with torch.device("meta"):
        model = timm.create_model(names[width])
    assert (model.embed_dim, model.blocks[0].attn.num_heads, HEADS[width]) == (width, heads, heads)
