"""DALL-E's discrete VAE (https://arxiv.org/abs/2102.12092), the tokenizer of BEiT.

Layers, names and constants are those of the published files, https://cdn.openai.com/dall-e/
encoder.pkl (53.8 M parameters) and decoder.pkl (43.8 M): checked against OpenAI's package (DALL-E
0.1: the same logits, tokens and pixels from its pickled modules) and others' listings of the
files' tensors; the files themselves could not be had here. They are pickled modules, which
`torch.load(weights_only=True)` refuses; `unpickle.py` reads their tensors without running them. A
converted file, `torch.save(state_dict)` with the same names, is read as well.

OpenAI's own code convolves in float16 on CUDA, all but the last layer, so that words are chosen by
float32 scores. So does this one where the step runs under autocast on CUDA; elsewhere everything is
float32. Where two code words score almost the same the choice may differ between the two.

Shapes: N images, H W pixels, h = H / 8, w = W / 8, K vocabulary.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

from pretrain.tokenizers.tokenizer import Tokenizer
from pretrain.tokenizers.unpickle import read_state_dict

EPSILON = 0.1  # the model sees pixels in [0.1, 0.9], where their logits are bounded
CODE_WIDTH = 128  # of a code word in the decoder


def map_pixels(pixels: Tensor) -> Tensor:
    """Values from 0 to 1 to those the model works on."""
    return (1 - 2 * EPSILON) * pixels + EPSILON


def unmap_pixels(mapped: Tensor) -> Tensor:
    """The inverse of `map_pixels`, clipped to what can be shown."""
    return ((mapped - EPSILON) / (1 - 2 * EPSILON)).clamp(0, 1)


class Conv(nn.Module):
    """A convolution that keeps the size, under the published names; weights are to be loaded.

    It is computed in its input's precision.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.empty(outputs, inputs, kernel, kernel))
        self.b = nn.Parameter(torch.empty(outputs))

    def forward(self, x: Tensor) -> Tensor:
        w, b = self.w.to(x.dtype), self.b.to(x.dtype)
        return F.conv2d(x, w, b, padding=self.w.shape[-1] // 2)


class Block(nn.Module):
    """Four convolutions through a quarter of the width, added with a fixed small gain."""

    gain = 1 / 8**2  # blocks in the model, squared

    def __init__(self, inputs: int, outputs: int, kernels: Sequence[int]) -> None:
        super().__init__()
        hidden = outputs // 4
        self.id_path = nn.Identity() if inputs == outputs else Conv(inputs, outputs, 1)
        path: OrderedDict[str, nn.Module] = OrderedDict()
        widths = pairwise((inputs, hidden, hidden, hidden, outputs))
        for number, ((before, after), kernel) in enumerate(zip(widths, kernels, strict=True), 1):
            path[f"relu_{number}"] = nn.ReLU()
            path[f"conv_{number}"] = Conv(before, after, kernel)
        self.res_path = nn.Sequential(path)

    def forward(self, x: Tensor) -> Tensor:
        residual: Tensor = self.res_path(x)
        return self.id_path(x) + self.gain * residual


def _stack(
    first: Conv,
    widths: Sequence[int],
    last: Conv,
    *,
    kernels: Sequence[int],
    resize: Callable[[], nn.Module],
) -> nn.Sequential:
    """Groups of two blocks, one group a width, resized between groups."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(input=first)
    width = len(first.b)
    for number, outputs in enumerate(widths, 1):
        group: OrderedDict[str, nn.Module] = OrderedDict()
        group["block_1"] = Block(width, outputs, kernels)
        group["block_2"] = Block(outputs, outputs, kernels)
        if number < len(widths):
            group["resize"] = resize()
        layers[f"group_{number}"] = nn.Sequential(group)
        width = outputs
    layers["output"] = nn.Sequential(OrderedDict(relu=nn.ReLU(), conv=last))
    return nn.Sequential(layers)


class Encoder(nn.Module):
    def __init__(self, width: int = 256, vocabulary: int = 8192) -> None:
        super().__init__()
        self.blocks = _stack(
            Conv(3, width, 7),
            (width, 2 * width, 4 * width, 8 * width),
            Conv(8 * width, vocabulary, 1),
            kernels=(3, 3, 3, 1),
            resize=lambda: nn.MaxPool2d(2),
        )

    def forward(self, mapped: Tensor) -> Tensor:
        """Mapped pixels `[N, 3, H, W]` to the code words' logits `[N, K, h, w]`.

        In the pixels' precision but for the last layer, which is computed in float32.
        """
        *layers, output = self.blocks
        features = mapped
        for layer in layers:
            features = layer(features)
        logits: Tensor = output(features.float())
        return logits


class Decoder(nn.Module):
    def __init__(self, width: int = 256, vocabulary: int = 8192) -> None:
        super().__init__()
        self.blocks = _stack(
            Conv(vocabulary, CODE_WIDTH, 1),
            (8 * width, 4 * width, 2 * width, width),
            Conv(width, 6, 1),
            kernels=(1, 3, 3, 3),
            resize=lambda: nn.Upsample(scale_factor=2, mode="nearest"),
        )

    def forward(self, words: Tensor) -> Tensor:
        """One-hot `[N, K, h, w]` to location and log scale of pixels' logits, `[N, 6, H, W]`."""
        statistics: Tensor = self.blocks(words)
        return statistics


@MODELS.register_module()
class DalleTokenizer(Tokenizer):
    """The published tokenizer, frozen.

    Args:
        encoder: path or URL of encoder.pkl, or of its state dict.
        decoder: the same of decoder.pkl; only `decode` needs it.
        width, vocabulary: the published sizes, smaller in tests.

    Raises:
        FileNotFoundError, ValueError: see `read_state_dict`.
        ValueError: where a file's tensors are not the model's.
    """

    name = "dvae"
    stride = 8
    second_size = 112  # BEiT's, 14 x 14 tokens

    def __init__(
        self,
        encoder: str,
        decoder: str | None = None,
        *,
        width: int = 256,
        vocabulary: int = 8192,
    ) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.encoder = Encoder(width, vocabulary)
        self.decoder: Decoder | None = None
        self.drawable = decoder is not None
        _load(self.encoder, encoder)
        if decoder is not None:
            self.decoder = Decoder(width, vocabulary)
            _load(self.decoder, decoder)
        self.requires_grad_(False)

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        if images.shape[-2] % self.stride or images.shape[-1] % self.stride:
            raise ValueError(
                f"dvae tokenizes pictures whose sides are multiples of {self.stride}, got "
                f"{tuple(images.shape[-2:])}"
            )
        mixed = torch.is_autocast_enabled(images.device.type)
        mapped = map_pixels(self.unnormalise(images.float()))
        with torch.autocast(images.device.type, enabled=False):
            logits = self.encoder(mapped.half() if mixed and images.is_cuda else mapped)
        return logits.argmax(dim=1)  # [N, h, w]

    @torch.no_grad()
    def decode(self, tokens: Tensor) -> Tensor:
        if self.decoder is None:
            raise ValueError(
                "this tokenizer has no decoder; build it with DalleTokenizer(encoder=…, "
                "decoder='https://cdn.openai.com/dall-e/decoder.pkl') or a local copy of that file"
            )
        words = F.one_hot(tokens, self.vocabulary).movedim(-1, 1).float()  # [N, K, h, w]
        with torch.autocast(tokens.device.type, enabled=False):
            location = self.decoder(words)[:, :3]
        return self.normalise(unmap_pixels(location.sigmoid()))


def _load(model: nn.Module, file: str) -> None:
    have, want = read_state_dict(file), model.state_dict()
    problems = [
        *(f"missing     {name} {list(want[name].shape)}" for name in want if name not in have),
        *(f"no place    {name} {list(have[name].shape)}" for name in have if name not in want),
        *(
            f"wrong shape {name} {list(have[name].shape)}, the model has {list(want[name].shape)}"
            for name in want
            if name in have and have[name].shape != want[name].shape
        ),
    ]
    if problems:
        shown = "\n  ".join(problems[:12]) + ("\n  …" if len(problems) > 12 else "")
        raise ValueError(
            f"{file} is not DALL-E's {type(model).__name__.lower()}; {len(problems)} tensors "
            f"differ:\n  {shown}"
        )
    model.load_state_dict(have, strict=True)
