"""The reconstruction figure shows what it says it shows."""

import torch

from pretrain import MaskedImageModel
from pretrain.hooks.figure import GREY, ReconstructionFigure
from pretrain.normalise import NormalisePictures


def build(normalize: bool) -> MaskedImageModel:
    return MaskedImageModel(
        encoder={"arch": None, "img_size": 16, "patch_size": 4, "embed_dims": 8}
        | {"depth": 1, "num_heads": 2},
        decoder={"embed_dims": 8, "depth": 1, "num_heads": 2},
        target={"type": "PixelTarget", "normalize": normalize},
        data_preprocessor=NormalisePictures((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    )


def test_columns_hide_three_quarters_and_paste_the_rest() -> None:
    hook = ReconstructionFigure()
    hook.images = torch.randint(0, 256, (3, 3, 16, 16), dtype=torch.uint8)
    model = build(normalize=True).train()
    columns = hook.columns(model)
    assert list(columns) == ["original", "masked", "reconstruction", "pasted"]
    assert model.training
    hidden = (columns["masked"] == GREY).all(1)  # [N, H, W]
    assert 0.74 < hidden.float().mean() < 0.77
    shown = ~hidden[:, None].expand(-1, 3, -1, -1)
    assert torch.equal(columns["pasted"][shown], hook.images[shown])
    assert torch.equal(columns["pasted"][~shown], columns["reconstruction"][~shown])
    again = hook.columns(model)
    assert torch.equal(again["masked"], columns["masked"])


def test_a_perfect_model_reconstructs_the_bytes_exactly() -> None:
    for normalize in (False, True):
        hook, model = ReconstructionFigure(), build(normalize)
        hook.images = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8)
        images = model.data_preprocessor({"images": hook.images})["images"]
        truth = model.target.truth(images)
        model.decoder.forward = lambda tokens, restore, truth=truth: truth  # type: ignore[method-assign]
        assert torch.equal(hook.columns(model)["reconstruction"], hook.images)
