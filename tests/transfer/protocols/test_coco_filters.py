"""Pictures and objects that detection does not train on; validation leaves nothing out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmdet.structures.bbox import HorizontalBoxes
from mmengine.registry import DATASETS, TRANSFORMS, DefaultScope

# the name of a configuration, and the shortest side of a picture it trains on
SHORTEST = {"coco/mask-rcnn_vit-b_fpn_lsj-100e": 32, "coco/mini": 32, "coco/toy": 8}
SHORTEST["coco/mask-rcnn_vitdet-b_lsj-100e"] = 32


def annotations(file: Path, category: str, side: int) -> None:
    """Pictures: 1 whole, 2 too narrow, 3 too low, 4 without an object."""
    sizes = {1: (side, side), 2: (side - 1, side), 3: (side, side - 1), 4: (side, side)}
    box = {"bbox": [0, 0, 4, 4], "area": 16, "segmentation": [[0, 0, 4, 0, 4, 4]], "iscrowd": 0}
    content = {
        "images": [
            {"id": id_, "file_name": f"{id_}.jpg", "width": width, "height": height}
            for id_, (width, height) in sizes.items()
        ],
        "categories": [{"id": 1, "name": category}],
        "annotations": [{"id": id_, "image_id": id_, "category_id": 1, **box} for id_ in (1, 2, 3)],
    }
    file.write_text(json.dumps(content))


@pytest.mark.parametrize(("name", "side"), SHORTEST.items())
@pytest.mark.parametrize(("split", "kept"), [("train", [1]), ("val", [1, 2, 3, 4])])
def test_small_and_empty_pictures(
    split: str, kept: list[int], name: str, side: int, load: Any, tmp_path: Path
) -> None:
    config = load(name)
    data = config[f"{split}_dataloader"].dataset
    annotations(
        tmp_path / "found.json", data.get("metainfo", {}).get("classes", ["person"])[0], side
    )
    options = {**data, "data_root": str(tmp_path), "ann_file": "found.json", "pipeline": []}
    with DefaultScope.overwrite_default_scope("mmdet"):
        dataset = DATASETS.build(options)
    assert [dataset.get_data_info(i)["img_id"] for i in range(len(dataset))] == kept


@pytest.mark.parametrize("name", SHORTEST)
def test_objects_thinner_than_a_hundredth_of_a_pixel_are_left_out(name: str, load: Any) -> None:
    """MMDetection's default would leave out what is thinner than a pixel."""
    (step,) = (step for step in load(name).train_pipeline if step.type == "FilterAnnotations")
    with DefaultScope.overwrite_default_scope("mmdet"):
        transform = TRANSFORMS.build(step)
    corners = torch.tensor(
        [[5, 5, 9, 9], [5, 5, 5.5, 9], [5, 5, 9, 5.02], [5, 5, 5.005, 9], [5, 5, 9, 5.0]]
    )
    found = transform(
        {
            "gt_bboxes": HorizontalBoxes(corners),
            "gt_bboxes_labels": np.arange(5),
            "gt_ignore_flags": np.zeros(5, bool),
        }
    )
    assert found["gt_bboxes_labels"].tolist() == [0, 1, 2]
