"""Pictures a run left behind, such as reconstructions: checked, and small enough for one page."""

import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from reports.records.record import Record
from reports.records.scan import LeftOut
from reports.slugs import slug
from reports.vocabulary import METHODS, PRETRAIN, in_order, method_label, task_label

MIME = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
LARGEST = 4 * 2**20  # bytes; the page carries its pictures inside


@dataclass(frozen=True)
class Picture:
    """The last picture of one run. `earlier` more lie beside it in the run's folder."""

    slug: str
    suffix: str
    title: str
    method: str
    kind: str
    mime: str
    width: int
    height: int
    earlier: int
    content: bytes


def last_pictures(records: tuple[Record, ...]) -> tuple[list[Picture], list[LeftOut]]:
    """Each run's last picture that can be read; one seed a method is enough to look at."""
    rank = {m: i for i, m in enumerate(in_order((r.method for r in records), METHODS))}
    ordered = sorted(
        (record for record in records if record.figures),
        key=lambda r: (r.kind, r.suite, r.task, rank[r.method], r.seed, r.path),
    )
    pictures: dict[tuple[object, ...], Picture] = {}
    left_out: list[LeftOut] = []
    for record in ordered:
        key = (record.kind, record.suite, record.task, record.method, record.protocol, record.data)
        for index in reversed(range(len(record.figures))):
            if key in pictures:
                break
            name = record.figures[index]
            try:
                pictures[key] = read_picture(record, name, earlier=index)
            except ValueError as error:
                left_out.append(
                    LeftOut(f"{Path(record.path).parent.as_posix()}/{name}", str(error))
                )
    return list(pictures.values()), left_out


def read_picture(record: Record, name: str, *, earlier: int) -> Picture:
    """ValueError where the file is missing, broken, too large, or outside the record's folder."""
    file = record.folder / name
    if not file.resolve().is_relative_to(record.folder.resolve()):
        raise ValueError("figure lies outside the folder of its record")
    if not file.is_file():
        raise ValueError("figure is listed in result.json, but the file is missing")
    if (size := file.stat().st_size) > LARGEST:
        raise ValueError(f"figure has {size:,} bytes, at most {LARGEST:,} go into the page")
    try:
        with Image.open(file) as image:
            kind, (width, height) = image.format or "", image.size
            image.load()  # a half-written file has a good header
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"figure cannot be read as a picture: {error_words(error)}") from error
    if kind not in MIME:
        raise ValueError(f"figure is {kind}, expected one of {', '.join(MIME)}")
    what = "Pre-training" if record.kind == PRETRAIN else task_label(record.task)
    return Picture(
        slug=slug("picture", *Path(record.path).parent.parts),
        suffix="." + kind.lower().replace("jpeg", "jpg"),
        title=f"{what}: {method_label(record.method)}, {Path(name).stem.replace('_', ' ')}",
        method=record.method,
        kind=record.kind,
        mime=MIME[kind],
        width=width,
        height=height,
        earlier=earlier,
        content=file.read_bytes(),
    )


def error_words(error: Exception) -> str:
    """Pillow's message without the path, which differs from machine to machine."""
    return re.sub(r"'[^']*/", "'", str(error))
