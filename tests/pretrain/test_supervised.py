"""The supervised baseline: what is learnt from is mixed, what is measured is not."""

from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from backbones.export import save_export
from pretrain import SupervisedModel

ENCODER = {"arch": None, "img_size": 16, "patch_size": 8, "embed_dims": 8, "depth": 1}


def build(**options: float) -> SupervisedModel:
    torch.manual_seed(0)
    model = SupervisedModel({**ENCODER, "num_heads": 2}, num_classes=3, **options)
    torch.nn.init.normal_(model.classifier.head.weight)
    return model


def test_without_mixing_the_loss_is_smoothed_cross_entropy() -> None:
    model, images = build(mixup=0, cutmix=0), torch.rand(4, 3, 16, 16)
    labels = torch.tensor([0, 1, 2, 0])
    loss = model(images, labels=labels, mode="loss")["loss"]
    logits = model(images)
    expected = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
    assert_close(loss, expected)


def test_mixing_leaves_the_batch_alone_and_changes_the_loss() -> None:
    model, images = build(), torch.rand(4, 3, 16, 16)
    labels, before = torch.tensor([0, 1, 2, 0]), images.clone()
    first = model(images, labels=labels, mode="loss")["loss"]
    assert torch.equal(images, before)
    assert first != model(images, labels=labels, mode="loss")["loss"]


def test_predictions_say_which_are_right() -> None:
    model, images = build(), torch.rand(2, 3, 16, 16)
    labels = model(images).argmax(1)
    labels[1] = (labels[1] + 1) % 3
    samples = model(images, labels=labels, mode="predict")
    assert samples == [{"correct": True}, {"correct": False}]


def test_what_it_cannot_do_is_said() -> None:
    with pytest.raises(ValueError, match="needs labels: train_dataloader"):
        build()(torch.rand(2, 3, 16, 16), mode="loss")
    with pytest.raises(ValueError, match="must be even, got 3; change device_batch_size"):
        build()(torch.rand(3, 3, 16, 16), labels=torch.zeros(3).long(), mode="loss")


def test_the_encoder_starts_from_the_file_it_is_given(tmp_path: Path) -> None:
    """MMEngine asks only children that are `BaseModule`s to start themselves."""
    trained = build().encoder
    torch.nn.init.normal_(trained.pos_embed)
    save_export(tmp_path / "w.pth", dict(trained.state_dict()), {})
    init = {"type": "ViTCheckpoint", "checkpoint": str(tmp_path / "w.pth")}
    model = SupervisedModel({**ENCODER, "num_heads": 2, "init_cfg": init}, num_classes=3)
    head = model.classifier.head.weight.clone()
    model.init_weights()
    for name, tensor in model.encoder.state_dict().items():
        assert torch.equal(tensor, trained.state_dict()[name]), name
    assert torch.equal(model.classifier.head.weight, head)
    torch.nn.init.ones_(model.encoder.pos_embed)  # as a resume does, after MMEngine's start
    model.init_weights()
    assert model.encoder.pos_embed.eq(1).all()
