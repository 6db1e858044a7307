"""The three layouts, read back by the tools that read the real data sets."""

import json
from pathlib import Path

import numpy as np
import pytest
from mmdet.datasets import CocoDataset
from mmseg.datasets import BaseSegDataset
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from transfer.toy.ade20k import LABELS
from transfer.toy.classes import CLASSES
from transfer.toy.coco import polygons_of
from transfer.toy.scene import render_scene
from transfer.toy.write import ToyOptions, write_toy

OPTIONS = ToyOptions(train=30, val=6, size=96, seed=3)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data") / "toy"
    assert write_toy(out, OPTIONS)
    return out


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_files_do_not_depend_on_the_number_of_workers(toy: Path, tmp_path: Path) -> None:
    write_toy(tmp_path / "again", OPTIONS, workers=2)
    assert files(tmp_path / "again") == files(toy)


def test_another_seed_gives_other_pictures(toy: Path, tmp_path: Path) -> None:
    write_toy(tmp_path / "other", ToyOptions(train=30, val=6, size=96, seed=4))
    name = "coco/train2017/000000000001.jpg"
    assert (tmp_path / "other" / name).read_bytes() != (toy / name).read_bytes()


def test_the_same_set_is_kept_and_another_is_refused(toy: Path) -> None:
    assert not write_toy(toy, OPTIONS)
    assert not write_toy(toy, OPTIONS, replace=True)
    with pytest.raises(ValueError, match="add --replace"):
        write_toy(toy, ToyOptions(train=31, val=6, size=96, seed=3))


def test_an_older_version_is_replaced_where_asked(tmp_path: Path) -> None:
    small = ToyOptions(train=1, val=1, size=48)
    write_toy(tmp_path / "toy", small)
    mark = tmp_path / "toy" / "toy.json"
    now = mark.read_text()
    mark.write_text(json.dumps({**json.loads(now), "version": 0}))
    old = tmp_path / "toy/coco/train2017/of_old.jpg"
    old.touch()
    assert write_toy(tmp_path / "toy", small, replace=True)
    assert mark.read_text() == now
    assert not old.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["toy"]


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match="no toy data set"):
        write_toy(tmp_path, OPTIONS)


def test_an_interrupted_run_leaves_nothing_that_looks_complete(tmp_path: Path) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_toy(tmp_path / "toy", OPTIONS, progress=interrupt)
    assert list(tmp_path.iterdir()) == []
    assert write_toy(tmp_path / "toy", OPTIONS)


def test_polygons_cover_the_visible_pixels() -> None:
    overlaps = []
    for i in range(25):
        for instance in render_scene(np.random.default_rng(i), 96).instances:
            if instance.mask.sum() < 100:
                continue
            drawn = coco_mask.decode(
                coco_mask.merge(coco_mask.frPyObjects(polygons_of(instance.mask), 96, 96))
            ).astype(bool)
            overlaps.append((drawn & instance.mask).sum() / (drawn | instance.mask).sum())
    assert min(overlaps) > 0.85
    assert np.mean(overlaps) > 0.95


def test_coco_annotations_agree_with_their_polygons(toy: Path) -> None:
    coco = COCO(str(toy / "coco/annotations/instances_train2017.json"))
    categories = {entry["id"]: entry["name"] for entry in coco.dataset["categories"]}
    assert categories == dict(enumerate(CLASSES, start=1))
    assert len(coco.imgs) == OPTIONS.train
    for annotation in coco.anns.values():
        mask = coco.annToMask(annotation)
        rows, columns = np.nonzero(mask)
        x, y, _, height = annotation["bbox"]
        assert annotation["iscrowd"] == 0
        assert abs(int(mask.sum()) - annotation["area"]) <= 0.1 * annotation["area"] + 4
        assert abs(columns.min() - x) <= 2
        assert abs(rows.max() + 1 - (y + height)) <= 2


def test_mmdetection_reads_the_coco_layout(toy: Path) -> None:
    dataset = CocoDataset(
        data_root=str(toy / "coco"),
        ann_file="annotations/instances_val2017.json",
        data_prefix={"img": "val2017/"},
        metainfo={"classes": CLASSES},
        pipeline=[],
    )
    assert len(dataset) == OPTIONS.val
    assert len(dataset.cat_ids) == len(CLASSES)
    assert all(Path(dataset.get_data_info(i)["img_path"]).is_file() for i in range(len(dataset)))
    ids = json.loads((toy / "coco/annotations/instances_train2017.json").read_text())["images"]
    assert {image["id"] for image in ids}.isdisjoint(
        dataset.get_data_info(i)["img_id"] for i in range(len(dataset))
    )


def test_mmsegmentation_reads_the_ade20k_layout(toy: Path) -> None:
    dataset = BaseSegDataset(
        data_root=str(toy / "ade20k"),
        data_prefix={"img_path": "images/training", "seg_map_path": "annotations/training"},
        metainfo={"classes": LABELS},
        reduce_zero_label=True,
        pipeline=[],
    )
    assert len(dataset) == OPTIONS.train
    planes = [np.asarray(Image.open(dataset[i]["seg_map_path"])) for i in range(len(dataset))]
    assert planes[0].shape == (96, 96)
    assert np.unique(np.stack(planes)).max() == len(LABELS)
    assert 0 in np.unique(np.stack(planes))


def test_the_image_folder_has_one_folder_a_class(toy: Path) -> None:
    folders = sorted(path.name for path in (toy / "imagenet/train").iterdir())
    assert folders == sorted(name.replace(" ", "_") for name in CLASSES)
    assert len(list((toy / "imagenet/train").rglob("*.JPEG"))) == OPTIONS.train


@pytest.mark.parametrize(
    ("options", "message"), [({"train": 0}, "at least 1"), ({"size": 20}, "at least 48 pixels")]
)
def test_impossible_options_are_named(options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToyOptions(**options)
