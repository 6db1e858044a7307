"""DALL-E's tokenizer: names and sizes of the published files, arithmetic derived here."""

import math
import sys
import types
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor
from torch.testing import assert_close

from pretrain.tokenizers import dalle
from pretrain.tokenizers.dalle import DalleTokenizer, Decoder, Encoder, map_pixels, unmap_pixels

WIDTH, WORDS = 8, 24
MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
STD = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
State = dict[str, Tensor]
Shapes = dict[str, tuple[int, ...]]
pytestmark = pytest.mark.filterwarnings("ignore:Couldn.t retrieve source code")


def shapes(part: str, width: int = 256, words: int = 8192) -> Shapes:
    """Every tensor of the published `part`, from the description of its layers."""
    kernels, widths = (3, 3, 3, 1), [width, 2 * width, 4 * width, 8 * width]
    inputs, convs = width, {"input": (width, 3, 7)}
    if part == "decoder":
        kernels, widths = (1, 3, 3, 3), widths[::-1]
        inputs, convs = 128, {"input": (128, words, 1)}
    for g, outputs in enumerate(widths, 1):
        for b in (1, 2):
            block, hidden = f"group_{g}.block_{b}", outputs // 4
            if inputs != outputs:
                convs[f"{block}.id_path"] = (outputs, inputs, 1)
            sides = (inputs, hidden, hidden, hidden, outputs)
            for c in (1, 2, 3, 4):
                convs[f"{block}.res_path.conv_{c}"] = (sides[c], sides[c - 1], kernels[c - 1])
            inputs = outputs
    convs["output.conv"] = (words if part == "encoder" else 6, inputs, 1)
    named: Shapes = {}
    for name, (after, before, side) in convs.items():
        named[f"blocks.{name}.w"] = (after, before, side, side)
        named[f"blocks.{name}.b"] = (after,)
    return named


def weights(part: str, width: int = WIDTH, words: int = WORDS) -> State:
    """Noise by formula, the same everywhere, so that a number can stand in this file."""
    state = {}
    for number, (name, shape) in enumerate(shapes(part, width, words).items()):
        gain = 5 / math.prod(shape[1:]) ** 0.5 if len(shape) == 4 else 0.1
        state[name] = (noise(shape, number) * gain).float()
    return state


def noise(shape: tuple[int, ...], number: int) -> Tensor:
    place = torch.arange(math.prod(shape), dtype=torch.float64).reshape(shape)
    return (torch.sin(place * 12.9898 + number * 78.233) * 43758.5453) % 1 - 0.5


def pixels(*shape: int) -> Tensor:
    return (noise(shape, 0) + 0.5).float()


def conv(state: State, name: str, x: Tensor) -> Tensor:
    w, b = (state[f"blocks.{name}.{part}"].double() for part in "wb")
    return F.conv2d(x, w, b, padding=(w.shape[-1] - 1) // 2)


def derived(state: State, x: Tensor, part: str, broken: str = "") -> Tensor:
    """The forward pass in float64, from the names alone."""
    x = conv(state, "input", x.double())
    for g in (1, 2, 3, 4):
        for b in (1, 2):
            block = f"group_{g}.block_{b}"
            y = x
            for c in (1, 2, 3, 4):
                if not (broken == "no first relu" and c == 1):
                    y = y.clamp(min=0)
                y = conv(state, f"{block}.res_path.conv_{c}", y)
            if f"blocks.{block}.id_path.w" in state:
                x = conv(state, f"{block}.id_path", x)
            x = x + y / (8 if broken == "gain" else 64)
        if g < 4 and part == "encoder":
            parts = x.unfold(2, 2, 2).unfold(3, 2, 2)
            x = parts.mean((-1, -2)) if broken == "mean pooling" else parts.amax((-1, -2))
        elif g < 4:
            x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    return conv(state, "output.conv", x if broken == "no last relu" else x.clamp(min=0))


def small(encoder: str, decoder: str | None = None) -> DalleTokenizer:
    return DalleTokenizer(encoder, decoder, width=WIDTH, vocabulary=WORDS)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    for part in ("encoder", "decoder"):
        torch.save(weights(part), tmp_path / f"{part}.pth")
    return {part: str(tmp_path / f"{part}.pth") for part in ("encoder", "decoder")}


@pytest.mark.parametrize(
    ("model", "part", "total"), [(Encoder, "encoder", 53_786_240), (Decoder, "decoder", 43_829_766)]
)
def test_names_shapes_and_size_are_the_published_ones(model: Any, part: str, total: int) -> None:
    with torch.device("meta"):
        found = {name: tuple(p.shape) for name, p in model().named_parameters()}
    assert found == shapes(part)
    assert sum(math.prod(shape) for shape in shapes(part).values()) == total
    listed = {  # by those who printed the published files' tensors
        "encoder.blocks.input.w": (256, 3, 7, 7),
        "encoder.blocks.group_1.block_1.res_path.conv_1.w": (64, 256, 3, 3),
        "encoder.blocks.output.conv.w": (8192, 2048, 1, 1),
        "decoder.blocks.input.w": (128, 8192, 1, 1),
        "decoder.blocks.group_4.block_2.res_path.conv_4.w": (256, 64, 3, 3),
        "decoder.blocks.output.conv.b": (6,),
    }
    full = {f"{part}.{name}": shape for name, shape in found.items()}
    assert {name: full[name] for name in listed if name.startswith(part)}.items() <= listed.items()


def test_a_view_of_112_gives_14_by_14_tokens_and_back() -> None:
    with torch.device("meta"):
        assert Encoder()(torch.empty(2, 3, 112, 112)).shape == (2, 8192, 14, 14)
        assert Decoder()(torch.empty(2, 8192, 14, 14)).shape == (2, 6, 112, 112)


def test_tokens_are_the_argmax_of_the_derived_logits(files: dict[str, str]) -> None:
    tokenizer = small(files["encoder"])
    shown = pixels(2, 3, 32, 24)
    logits = derived(weights("encoder"), shown.double() * 0.8 + 0.1, "encoder")
    assert_close(tokenizer.encoder(map_pixels(shown)).double(), logits, rtol=1e-4, atol=1e-4)
    tokens = tokenizer.encode((shown - MEAN) / STD)
    assert len(tokens.unique()) > 2
    assert_close(tokens, logits.argmax(1))  # [2, 4, 3] long


def test_decoded_tokens_are_the_derived_picture(files: dict[str, str]) -> None:
    tokenizer = small(**files)
    tokens = torch.arange(24).reshape(2, 4, 3)
    words = torch.eye(WORDS)[tokens].permute(0, 3, 1, 2)
    location = derived(weights("decoder"), words, "decoder")[:, :3]
    shown = ((1 / (1 + torch.exp(-location)) - 0.1) / 0.8).clamp(0, 1)
    decoded = tokenizer.decode(tokens)
    assert_close(decoded.double(), (shown - MEAN) / STD, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("broken", ["gain", "no first relu", "no last relu", "mean pooling"])
def test_the_derivation_would_notice(broken: str) -> None:
    shown = pixels(2, 3, 32, 24)
    good, bad = (derived(weights("encoder"), shown, "encoder", how) for how in ("", broken))
    assert (good - bad).abs().max() > 1e-2


def test_logits_are_those_of_openais_package(tmp_path: Path) -> None:
    """`dall_e.Encoder(n_hid=64, vocab_size=512)` of DALL-E 0.1, on these weights and pixels."""
    torch.save(weights("encoder", 64, 512), tmp_path / "encoder.pth")
    tokenizer = DalleTokenizer(str(tmp_path / "encoder.pth"), width=64, vocabulary=512)
    shown = pixels(1, 3, 32, 24)
    logits = tokenizer.encoder(map_pixels(shown))
    golden = [
        [-1.0854010582, -0.3373149335, -0.3422515392],
        [-0.7205225229, -0.5157529116, -0.0008509606],
    ]
    assert_close(logits[0, 2, :2], torch.tensor(golden), rtol=0, atol=1e-4)
    assert logits.double().square().mean().item() == pytest.approx(6.3375990, rel=1e-5)
    tokens = [[308, 390, 390], [253, 390, 390], [308, 253, 253], [308, 253, 390]]
    assert tokenizer.encode((shown - MEAN) / STD)[0].tolist() == tokens


def test_map_pixels_is_undone_and_clipped() -> None:
    values = torch.linspace(0, 1, 11)
    assert_close(map_pixels(torch.tensor([0.0, 0.5, 1.0])), torch.tensor([0.1, 0.5, 0.9]))
    assert_close(unmap_pixels(map_pixels(values)), values)
    assert unmap_pixels(torch.tensor([0.0, 0.05, 0.95, 1.0])).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("archive", [True, False])
def test_a_pickled_module_of_the_published_kind_gives_the_same_logits(
    archive: bool, files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "encoder.pkl"
    with monkeypatch.context() as patch:  # the package exists while saving only
        for home in ("dall_e", "dall_e.encoder", "dall_e.utils"):
            patch.setitem(sys.modules, home, types.ModuleType(home))
        for ours, theirs, home in (
            ("Conv", "Conv2d", "dall_e.utils"),
            ("Block", "EncoderBlock", "dall_e.encoder"),
            ("Encoder", "Encoder", "dall_e.encoder"),
        ):
            foreign = type(theirs, (getattr(dalle, ours),), {"__module__": home})
            setattr(sys.modules[home], theirs, foreign)
            patch.setattr(dalle, ours, foreign)
        published = dalle.Encoder(WIDTH, WORDS)
        published.load_state_dict(weights("encoder"))
        torch.save(published, path, _use_new_zipfile_serialization=archive)
    read = small(str(path))
    assert "dall_e" not in sys.modules
    for name, tensor in weights("encoder").items():
        assert_close(read.encoder.state_dict()[name], tensor, rtol=0, atol=0)
    shown, plain = pixels(1, 3, 16, 16), small(files["encoder"])
    assert_close(read.encoder(shown), plain.encoder(shown), rtol=0, atol=0)


def test_the_runs_precision_changes_nothing(files: dict[str, str]) -> None:
    tokenizer = small(**files)
    images = tokenizer.normalise(pixels(2, 3, 32, 32))
    tokens = tokenizer.encode(images)
    decoded = tokenizer.decode(tokens)
    with torch.autocast("cpu", torch.bfloat16):
        assert_close(tokenizer.encode(images), tokens)
        assert_close(tokenizer.decode(tokens), decoded, rtol=0, atol=0)
    assert_close(tokenizer.encode(images.double()), tokens)


def test_half_precision_ends_in_float32_scores(files: dict[str, str]) -> None:
    """As OpenAI's on CUDA, which rounds what its layers make but for the last one's."""
    encoder, mapped = small(files["encoder"]).encoder, map_pixels(pixels(2, 3, 32, 24))
    exact, half = encoder(mapped), encoder(mapped.half())
    assert half.dtype == torch.float32
    assert 0 < (half - exact).norm() / exact.norm() < 5e-3
    assert not torch.equal(half, half.half().float())  # not rounded, so seldom tied


def test_it_is_built_from_a_config_and_frozen_in_float32(files: dict[str, str]) -> None:
    torch.save({k: v.half() for k, v in weights("encoder").items()}, files["encoder"])
    tokenizer = MODELS.build(dict(type="DalleTokenizer", **files, width=WIDTH, vocabulary=WORDS))
    assert (tokenizer.name, tokenizer.vocabulary, tokenizer.stride) == ("dvae", WORDS, 8)
    assert {(p.dtype, p.requires_grad) for p in tokenizer.parameters()} == {(torch.float32, False)}


def test_what_it_cannot_do_is_said(files: dict[str, str]) -> None:
    tokenizer = small(files["encoder"])
    with pytest.raises(ValueError, match=r"no decoder; build it with .*decoder.pkl"):
        tokenizer.decode(torch.zeros(1, 2, 2, dtype=torch.long))
    with pytest.raises(ValueError, match=r"multiples of 8, got \(32, 20\)"):
        tokenizer.encode(torch.zeros(1, 3, 32, 20))


def test_a_file_that_does_not_fit_is_named_with_its_tensors(files: dict[str, str]) -> None:
    state = weights("encoder")
    state["extra"] = state.pop("blocks.input.b")
    state["blocks.output.conv.b"] = torch.zeros(5)
    torch.save(state, files["encoder"])
    with pytest.raises(ValueError, match=r"encoder.pth is not DALL-E's encoder; 3 tensors") as got:
        small(files["encoder"])
    assert str(got.value).splitlines()[1:] == [
        "  missing     blocks.input.b [8]",
        "  no place    extra [8]",
        "  wrong shape blocks.output.conv.b [5], the model has [24]",
    ]
    with pytest.raises(ValueError, match=r"decoder.pth is not DALL-E's encoder; .*\n(.*\n){12}  …"):
        small(files["decoder"])
