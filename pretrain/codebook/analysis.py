"""What a tokenizer's code words mean: measured on a folder of pictures.

PeCo (https://arxiv.org/abs/2111.12710) argues that its words are semantic by the classes a linear
layer tells apart from them and by how a classifier judges reconstructed pictures. Its exact
protocol was not found; what is measured here is described where it is measured.

Shapes: N pictures, H W pixels, h x w tokens, K words, C classes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from backbones.pictures.dataset import Pictures, stack_pictures
from backbones.pictures.normalise import NormalisePictures
from pretrain.codebook.probe import probe_accuracy
from pretrain.hooks.codebook import spread
from pretrain.tokenizers import Tokenizer
from pretrain.tokenizers.tokenizer import MEAN, STD

Classifier = Callable[[Tensor], Tensor]  # normalised pictures to class indices [N]
BATCH = 32
LEAST = 4  # pictures a class, for halves that both have it


@dataclass(frozen=True)
class Analysis:
    """One tokenizer on one folder."""

    name: str
    vocabulary: int
    stride: int
    tokens: Tensor  # [N, h, w] long
    counts: Tensor  # [K] how often each word was chosen
    usage: float  # share of words chosen at least once
    perplexity: float
    error: float | None  # mean squared error of reconstructed pixels, 0 to 1
    probe: float | None  # percent, from each picture's shares of words
    classified: float | None  # percent right on reconstructed pictures


def batches(data: Pictures) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Normalised pictures `[N, 3, H, W]` and their labels where the folder gives any."""
    preprocess = NormalisePictures(MEAN, STD)
    for batch in DataLoader(data, batch_size=BATCH, collate_fn=stack_pictures):
        ready = preprocess(batch)
        yield ready["images"], ready.get("labels")


@torch.no_grad()
def analyse(tokenizer: Tokenizer, data: Pictures, classifier: Classifier | None = None) -> Analysis:
    """Encode and, where it can, decode every picture.

    The probe is fitted on half of the pictures' word shares (a histogram of the words, `[K]`) and
    scored on the other half; it needs labels, as `classifier` does.
    """
    tokens, labels, errors, hits = [], [], [], []
    for images, known in batches(data):
        words = tokenizer.encode(images)
        tokens.append(words)
        if known is not None:
            labels.append(known)
        if not tokenizer.drawable:
            continue
        decoded = tokenizer.normalise(tokenizer.unnormalise(tokenizer.decode(words)).clamp(0, 1))
        difference = tokenizer.unnormalise(decoded) - tokenizer.unnormalise(images)
        errors += difference.square().mean((1, 2, 3)).tolist()
        if classifier is not None and known is not None:
            hits += (classifier(decoded) == known).tolist()
    every = torch.cat(tokens)
    counts = torch.bincount(every.flatten(), minlength=tokenizer.vocabulary)
    usage, perplexity = spread(counts)
    known = torch.cat(labels) if labels else None
    return Analysis(
        name=tokenizer.name,
        vocabulary=tokenizer.vocabulary,
        stride=tokenizer.stride,
        tokens=every,
        counts=counts,
        usage=usage,
        perplexity=perplexity,
        error=sum(errors) / len(errors) if errors else None,
        probe=word_probe(every, tokenizer.vocabulary, known) if known is not None else None,
        classified=100 * sum(hits) / len(hits) if hits else None,
    )


@torch.enable_grad()
def word_probe(tokens: Tensor, vocabulary: int, labels: Tensor) -> float | None:
    """Accuracy of a linear probe on each picture's shares of words; None where most classes have
    too few pictures to be in both halves, or there is one class."""
    classes, pictures = labels.unique(return_counts=True)
    if len(classes) < 2 or int(pictures.median()) < LEAST:
        return None
    shares = torch.stack([torch.bincount(t.flatten(), minlength=vocabulary) for t in tokens])
    return probe_accuracy(shares.double() / tokens[0].numel(), labels)


@torch.no_grad()
def classified(data: Pictures, classifier: Classifier) -> float:
    """The classifier's accuracy on the pictures themselves, in percent."""
    hits: list[bool] = []
    for images, known in batches(data):
        if known is not None:
            hits += (classifier(images) == known).tolist()
    return 100 * sum(hits) / len(hits)
