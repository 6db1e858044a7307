"""What fine-tuning learns from is erased and mixed; what it learns is what was asked for."""

import pytest
import torch
from torch.testing import assert_close

from backbones import PlainViT
from transfer.classify.finetune import FineTunedViT
from transfer.classify.freezing import train_last_blocks

TINY = {"arch": None, "img_size": 16, "patch_size": 8, "embed_dims": 8, "depth": 2, "num_heads": 2}
LABELS = torch.tensor([0, 1, 2, 3])


def augmented(**options: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    images = torch.randn(4, 3, 16, 16)
    off = {"mixup": 0.0, "cutmix": 0.0, "label_smoothing": 0.0}
    seen, targets = FineTunedViT(TINY, 5, **{**off, **options}).augment(images.clone(), LABELS)
    return images, seen, targets


def test_nothing_is_changed_where_everything_is_off() -> None:
    images, seen, targets = augmented()
    assert torch.equal(seen, images)
    assert torch.equal(targets, torch.nn.functional.one_hot(LABELS, 5).float())


def test_labels_are_smoothed() -> None:
    _, _, targets = augmented(label_smoothing=0.1)
    assert_close(targets[0], torch.tensor([0.92, 0.02, 0.02, 0.02, 0.02]))


def test_mixup_blends_each_picture_with_the_one_from_the_other_end() -> None:
    images, seen, targets = augmented(mixup=0.8)
    share = targets[0, 0].item()
    assert 0 < share < 1
    assert_close(seen, share * images + (1 - share) * images.flip(0))
    assert targets[0, 3].item() == pytest.approx(1 - share)


def test_cutmix_pastes_a_rectangle_of_its_share() -> None:
    images, seen, targets = augmented(cutmix=1.0)
    own = (seen == images).all(1)  # [N, H, W]
    other = (seen == images.flip(0)).all(1)
    assert (own ^ other).all()
    assert own.any()
    assert other.any()
    assert own[0].float().mean().item() == pytest.approx(targets[0, 0].item())


def test_erasing_turns_a_rectangle_to_noise_as_often_as_asked() -> None:
    model = FineTunedViT(TINY, 5, mixup=0, cutmix=0, erasing=0.25)
    images = torch.zeros(400, 3, 16, 16)
    seen, _ = model.augment(images, torch.zeros(400).long())
    assert images.eq(0).all()  # the batch itself is left alone
    erased = seen.ne(0).flatten(1).any(1)
    assert 70 < erased.sum() < 130
    assert 0.02 <= seen[erased].ne(0).float().mean() <= 1 / 3


def test_the_loss_is_of_what_was_mixed_and_predictions_are_not() -> None:
    torch.manual_seed(0)
    model, images = FineTunedViT(TINY, 5).eval(), torch.randn(4, 3, 16, 16)
    torch.nn.init.normal_(model.head.weight)
    losses = {model(images, LABELS, mode="loss")["loss"].item() for _ in range(4)}
    assert len(losses) == 4
    ranked = [sample["ranked"][""] for sample in model(images, mode="predict")]
    assert ranked == model(images).argsort(descending=True).tolist()
    with pytest.raises(ValueError, match="must be even, got 3"):
        model(images[:3], LABELS[:3], mode="loss")


@pytest.mark.parametrize(("blocks", "frozen"), [(0, 4), (0.5, 3), (1, 3), (1.5, 2), (3, 1), (4, 0)])
def test_frozen_blocks_run_without_stochastic_depth(blocks: float, frozen: int) -> None:
    backbone = PlainViT(**{**TINY, "depth": 4}, drop_path_rate=0.5)
    train_last_blocks(backbone, blocks)
    assert [block.training for block in backbone.train().blocks] == [i >= frozen for i in range(4)]


@pytest.mark.parametrize("blocks", [-1, 0.25, 4.5, 5])
def test_a_number_of_blocks_there_is_not(blocks: float) -> None:
    with pytest.raises(ValueError, match=rf"0, 0\.5, 1, … up to the backbone's 4 .* got {blocks}"):
        train_last_blocks(PlainViT(**{**TINY, "depth": 4}), blocks)
