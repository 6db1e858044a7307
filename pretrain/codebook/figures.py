"""Figures of a codebook: patches that share a word, how often words are used, reconstructions.

Shapes: N pictures, H W pixels, h x w tokens, K words.
"""

from collections.abc import Sequence
from io import BytesIO

import matplotlib as mpl
import torch
from matplotlib.figure import Figure
from torch import Tensor

from backbones.pictures.dataset import Pictures
from pretrain.codebook.analysis import Analysis
from pretrain.panel import draw_panel
from pretrain.tokenizers import Tokenizer

WORDS, EXAMPLES = 16, 10  # rows and columns of the page of words
CONTEXT = 3  # patches around the one meant, along a side: a patch alone says little
INK = (230, 60, 30)


def word_page(analysis: Analysis, data: Pictures) -> bytes:
    """PNG: a row a word, patches of different pictures where it was chosen, framed in context.

    The words are spread over the ranks of use, from the commonest down, so that the page is no
    choice of the prettiest.
    """
    ranked = analysis.counts.argsort(descending=True)
    used = ranked[: int((analysis.counts > 0).sum())]
    places = torch.linspace(0, len(used) - 1, min(WORDS, len(used))).long()
    columns: list[list[Tensor]] = [[] for _ in range(EXAMPLES)]
    rows = []
    for word in used[places].tolist():
        found = (analysis.tokens == word).nonzero()  # [M, 3] picture, row, column
        different = first_of_each(found)[:EXAMPLES]
        rows.append(f"word {word}, {int(analysis.counts[word])} x")
        for column in range(EXAMPLES):
            place = different[column] if column < len(different) else None
            columns[column].append(cutout(data, place, analysis.stride))
    titled = {str(i + 1): torch.stack(column) for i, column in enumerate(columns)}
    caption = f"{analysis.name}: a word a row, framed, in pictures that have it"
    return draw_panel(titled, caption, rows=rows, side=72)


def first_of_each(found: Tensor) -> list[Tensor]:
    """The first place in every picture."""
    seen: dict[int, Tensor] = {}
    for place in found:
        seen.setdefault(int(place[0]), place)
    return list(seen.values())


def cutout(data: Pictures, place: Tensor | None, stride: int) -> Tensor:
    """uint8 `[3, S, S]` around a patch, framed; grey beyond the picture and where none is left."""
    margin = (CONTEXT - 1) // 2 * stride
    side = stride * CONTEXT
    if place is None:
        return torch.full((3, side, side), 255, dtype=torch.uint8)
    picture, row, column = place.tolist()
    image = data[picture]["images"]
    padded = torch.nn.functional.pad(image, (margin,) * 4, value=200)
    top, left = row * stride, column * stride
    cut = padded[:, top : top + side, left : left + side].clone()
    for channel, value in enumerate(INK):
        a, b = margin - 1, margin + stride
        cut[channel, a, a : b + 1] = cut[channel, b, a : b + 1] = value
        cut[channel, a : b + 1, a] = cut[channel, a : b + 1, b] = value
    return cut


def usage_figure(analyses: Sequence[Analysis]) -> bytes:
    """PNG: words by rank, times chosen, on logarithmic axes; one line a tokenizer."""
    with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(6, 3.4), dpi=150, layout="constrained")
        axes = figure.subplots()
        for analysis in analyses:
            ranked = analysis.counts.sort(descending=True).values
            ranked = ranked[ranked > 0]
            axes.plot(
                range(1, len(ranked) + 1),
                ranked.tolist(),
                label=f"{analysis.name}: {analysis.usage:.0%} of {analysis.vocabulary} in use, "
                f"perplexity {analysis.perplexity:.0f}",
            )
        axes.set(xscale="log", yscale="log", xlabel="words, by rank", ylabel="times chosen")
        axes.legend(frameon=False)
        file = BytesIO()
        figure.savefig(file, format="png")
        return file.getvalue()


@torch.no_grad()
def reconstructions(tokenizers: Sequence[Tokenizer], images: Tensor, original: Tensor) -> bytes:
    """PNG: original and each tokenizer's reconstruction side by side."""
    columns = {"original": original}
    for tokenizer in tokenizers:
        if tokenizer.drawable:
            decoded = tokenizer.unnormalise(tokenizer.decode(tokenizer.encode(images)))
            columns[tokenizer.name] = (decoded * 255).round().clamp(0, 255).to(torch.uint8)
    return draw_panel(columns, "the picture, and what is left of it in code words")
