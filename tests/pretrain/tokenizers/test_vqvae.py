"""The trainable tokenizer: its codebook's choice, its way back, and its file."""

from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from backbones.export import save_export
from pretrain.tokenizers import VQVAE, load_tokenizer, save_tokenizer


@pytest.fixture
def tokenizer() -> VQVAE:
    torch.manual_seed(0)
    built = VQVAE(16, strides=(2, 3), widths=(8, 16), code_dims=4, name="small")
    for _ in range(3):
        built(torch.randn(4, 3, 24, 30))  # k-means places the words
    return built.eval()


def test_shapes_for_any_picture_that_divides(tokenizer: VQVAE) -> None:
    coded = tokenizer(torch.randn(2, 3, 12, 18))
    assert coded.tokens.shape == (2, 2, 3)
    assert coded.reconstruction.shape == (2, 3, 12, 18)
    assert tokenizer.stride == 6
    assert tokenizer.encode(torch.randn(1, 3, 6, 6)).dtype == torch.long


def test_a_token_is_the_word_of_nearest_direction(tokenizer: VQVAE) -> None:
    images = torch.randn(3, 3, 12, 12)
    features = tokenizer.encoder(images).double().permute(0, 2, 3, 1)  # [N, h, w, C]
    words = tokenizer.codebook.codebook.double()
    cosine = (features / features.norm(dim=-1, keepdim=True)) @ (
        words / words.norm(dim=-1, keepdim=True)
    ).T
    assert torch.equal(tokenizer.encode(images), cosine.argmax(-1))


def test_autocast_reaches_the_layers_but_not_the_choice(tokenizer: VQVAE) -> None:
    seen: list[torch.Tensor] = []
    *_, last, project = tokenizer.encoder
    last.register_forward_hook(lambda _, __, features: seen.append(features))
    with torch.autocast("cpu", torch.bfloat16):
        tokens = tokenizer.encode(torch.randn(3, 3, 120, 120))
    assert seen[0].dtype == torch.bfloat16
    features = project.double()(seen[0].double())
    directions = features / features.norm(dim=1, keepdim=True)
    words = tokenizer.codebook.codebook.double()
    scores = directions.permute(0, 2, 3, 1) @ words.T
    assert torch.equal(tokens, scores.argmax(-1))
    rounded = project(seen[0].double()).bfloat16().double().permute(0, 2, 3, 1) @ words.T
    assert not torch.equal(rounded.argmax(-1), scores.argmax(-1))


def test_decoding_the_tokens_is_the_reconstruction(tokenizer: VQVAE) -> None:
    images = torch.randn(2, 3, 12, 12)
    coded = tokenizer(images)
    assert torch.equal(coded.tokens, tokenizer.encode(images))
    assert_close(tokenizer.decode(coded.tokens), coded.reconstruction)


def test_the_commitment_is_the_distance_to_the_chosen_words(tokenizer: VQVAE) -> None:
    images = torch.randn(2, 3, 12, 12)
    tokenizer.train()
    words = tokenizer.codebook.codebook.clone()  # the words before this batch moves them
    features = tokenizer.encoder(images).permute(0, 2, 3, 1)
    coded = tokenizer(images)
    directions = features / features.norm(dim=-1, keepdim=True)
    wanted = (directions - words[coded.tokens]).square().mean()
    assert_close(coded.commitment, wanted)


def test_gradients_pass_the_codebook_straight(tokenizer: VQVAE) -> None:
    tokenizer.train()
    tokenizer(torch.randn(2, 3, 12, 12)).reconstruction.square().mean().backward()
    gradient = tokenizer.encoder[0].weight.grad
    assert gradient is not None
    assert gradient.abs().sum() > 0


def test_encoding_never_moves_the_words(tokenizer: VQVAE) -> None:
    before = {name: tensor.clone() for name, tensor in tokenizer.state_dict().items()}
    tokenizer.encode(torch.randn(4, 3, 24, 24))
    tokenizer.train().encode(torch.randn(4, 3, 24, 24))
    for name, tensor in tokenizer.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_a_file_brings_it_back_whole(tokenizer: VQVAE, tmp_path: Path) -> None:
    path, images = tmp_path / "small.pth", torch.randn(2, 3, 12, 12)
    meta = save_tokenizer(path, tokenizer.state_dict(), tokenizer.options, {"epochs": 3})
    assert meta["epochs"] == 3
    loaded = load_tokenizer(str(path)).eval()
    assert (loaded.name, loaded.vocabulary, loaded.stride) == ("small", 16, 6)
    assert torch.equal(loaded.encode(images), tokenizer.encode(images))


def test_files_that_are_no_tokenizer(tokenizer: VQVAE, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no tokenizer at .*train one"):
        load_tokenizer(str(tmp_path / "none.pth"))
    save_export(tmp_path / "vit.pth", {"norm.weight": torch.ones(2)}, {"method": "mae-pixel"})
    with pytest.raises(ValueError, match=r"vit\.pth is an exported mae-pixel, not a tokenizer"):
        load_tokenizer(str(tmp_path / "vit.pth"))
    state = tokenizer.state_dict()
    state.pop("encoder.0.weight")
    save_tokenizer(tmp_path / "half.pth", state, tokenizer.options, {})
    with pytest.raises(RuntimeError, match=r"Missing key.*encoder\.0\.weight"):
        load_tokenizer(str(tmp_path / "half.pth"))


def test_strides_and_widths_pair_up() -> None:
    with pytest.raises(ValueError, match=r"strides \(2, 2\) and widths \(8,\) must pair up"):
        VQVAE(16, strides=(2, 2), widths=(8,))
