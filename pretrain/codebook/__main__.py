"""What the words of tokenizers mean: `python -m pretrain.codebook TOKENIZER … IMAGES --out DIR`.

Writes, for one tokenizer or several side by side, `index.html` with: patches that share a word, how
often words are used, reconstructions, and a table (also `codebook.csv`): usage, perplexity, pixel
error, the accuracy of a linear probe on each picture's shares of words, and that of a classifier on
reconstructed pictures. The last two need IMAGES with one folder a class.

IMAGES is a folder of pictures or of shards of one, the latter also by URL.
"""

import argparse
import base64
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import timm
import torch
from jinja2 import Environment, PackageLoader, select_autoescape
from timm.data import ImageNetInfo
from torch import Tensor

from backbones.pictures.dataset import Pictures, classes_at
from backbones.pictures.normalise import NormalisePictures
from backbones.runs.files import write_atomic
from pretrain.codebook.analysis import Analysis, Classifier, analyse, classified
from pretrain.codebook.figures import reconstructions, usage_figure, word_page
from pretrain.perceptual import to_normalisation
from pretrain.tokenizers import DalleTokenizer, Tokenizer, load_tokenizer
from pretrain.tokenizers.tokenizer import MEAN, STD
from pretrain.visualize import load_classifier

SHOWN = 6  # pictures in the panel of reconstructions


def open_tokenizer(text: str) -> Tokenizer:
    """An exported tokenizer, or DALL-E's: `dalle:encoder.pkl[,decoder.pkl]`."""
    if text.startswith("dalle:"):
        encoder, _, decoder = text.removeprefix("dalle:").partition(",")
        return DalleTokenizer(encoder, decoder or None).eval()
    return load_tokenizer(text).eval()


def name_apart(tokenizers: Sequence[Tokenizer]) -> None:
    """Number those that share a name, in the order given."""
    names = [tokenizer.name for tokenizer in tokenizers]
    for place, tokenizer in enumerate(tokenizers):
        if names.count(names[place]) > 1:
            tokenizer.name = f"{names[place]} {names[: place + 1].count(names[place])}"


def open_classifier(text: str, classes: Sequence[str]) -> Classifier:
    """A supervised run of ours, or a timm model by name with its published weights.

    It must know the folder's classes: as many folders for ours, ImageNet's synsets for timm's.

    Raises:
        ValueError: where it does not.
    """
    if not timm.is_model(text):
        own = load_classifier(Path(text))
        known = own.classifier.head.out_features
        if known != len(classes):
            raise ValueError(f"{text} tells {known} classes apart, the folder has {len(classes)}")
        return lambda images: own(images).argmax(1)
    synsets = ImageNetInfo("imagenet-1k").label_names()
    strangers = [name for name in classes if name not in synsets]
    if strangers:
        raise ValueError(
            f"{text} knows ImageNet's synsets; the folder has others, such as {strangers[0]!r}"
        )
    model: Any = timm.create_model(text, pretrained=True).eval()
    places = torch.tensor([synsets.index(name) for name in classes])
    scale, shift = to_normalisation(model.pretrained_cfg)

    def classify(images: Tensor) -> Tensor:
        best = model(images * scale + shift).argmax(1)  # of all 1000
        own = best[:, None] == places  # [N, C]
        return torch.where(own.any(1), own.int().argmax(1), -1)

    return classify


def labelled(root: str) -> bool:
    """Whether every picture lies, or lay, in a folder of its class."""
    try:
        classes_at(root)
    except ValueError:
        return False
    return True


def table(analyses: Sequence[Analysis], on_originals: float | None) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "tokenizer": [a.name for a in analyses],
            "words": [a.vocabulary for a in analyses],
            "pixels a token": [a.stride for a in analyses],
            "usage %": [100 * a.usage for a in analyses],
            "perplexity": [a.perplexity for a in analyses],
            "pixel RMSE of 255": [a.error and 255 * a.error**0.5 for a in analyses],
            "probe on words %": [a.probe for a in analyses],
            "classifier on reconstructions %": [a.classified for a in analyses],
        }
    )
    if on_originals is not None:
        frame["classifier on originals %"] = on_originals
    return frame.dropna(axis="columns", how="all")


def page(frame: pd.DataFrame, figures: dict[str, bytes], root: Path, number: int) -> str:
    environment = Environment(
        loader=PackageLoader("pretrain.codebook"), autoescape=select_autoescape()
    )
    encoded = {title: base64.b64encode(png).decode() for title, png in figures.items()}
    rows = frame.to_dict("records")
    template = environment.get_template("codebook.html")
    return template.render(rows=rows, figures=encoded, folder=root.name, number=number)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pretrain.codebook",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "tokenizers", nargs="+", metavar="TOKENIZER", help="an export, or dalle:ENCODER[,DECODER]"
    )
    parser.add_argument("images", metavar="IMAGES")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--size", type=int, default=224, help="pixels of the pictures")
    parser.add_argument("--classifier", help="a supervised run, or a timm model's name")
    parser.add_argument("--limit", type=int, default=2000, help="most pictures, spread over all")
    options = parser.parse_args(arguments)
    try:
        run(options)
    except (OSError, ValueError) as error:
        sys.exit(f"python -m pretrain.codebook: {error}")


def run(options: argparse.Namespace) -> None:
    tokenizers = [open_tokenizer(text) for text in options.tokenizers]
    name_apart(tokenizers)
    data = Pictures(options.images, options.size, train=False, labelled=labelled(options.images))
    if options.limit < len(data):
        data.keep(data.few(options.limit))
    if options.classifier and data.labels is None:
        raise ValueError(f"--classifier needs one folder a class below {options.images}")
    given = options.classifier
    classifier = open_classifier(given, data.classes) if given else None
    analyses = []
    for tokenizer in tokenizers:
        analyses.append(analyse(tokenizer, data, classifier))
        print(f"{tokenizer.name}: {len(data)} pictures, {analyses[-1].usage:.1%} of words in use")
    frame = table(analyses, classified(data, classifier) if classifier else None)
    original = data.sample(SHOWN)
    images = NormalisePictures(MEAN, STD)({"images": original})["images"]
    figures = {
        "Reconstructions": reconstructions(tokenizers, images, original),
        "How often each word is used": usage_figure(analyses),
        **{f"Words of {a.name}": word_page(a, data) for a in analyses},
    }
    options.out.mkdir(parents=True, exist_ok=True)
    for title, png in figures.items():
        write_atomic(options.out / f"{title.lower().replace(' ', '-')}.png", png)
    write_atomic(options.out / "codebook.csv", frame.to_csv(index=False).encode())
    html = page(frame, figures, data.root.resolve(), len(data))
    write_atomic(options.out / "index.html", html.encode())
    print(frame.round(2).to_string(index=False))
    print(f"open {options.out / 'index.html'}")


if __name__ == "__main__":
    main()
