"""What the pipelines of the full protocols do to a picture, sampled many times."""

from typing import Any

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.registry import MODELS, TRANSFORMS, DefaultScope
from mmengine.runner import set_random_seed
from mmengine.structures import InstanceData

LSJ = "coco/mask-rcnn_vitdet-b_lsj-100e"
ADE = "ade20k/upernet_vit-b_512x512_160k"


@pytest.fixture(autouse=True)
def _seed() -> None:
    set_random_seed(0)


def steps(config: Any, *names: str) -> list[Any]:
    """The named transforms of the training pipeline, built as mmdet or mmseg builds them."""
    with DefaultScope.overwrite_default_scope(config.default_scope):
        return [TRANSFORMS.build(step) for step in config.train_pipeline if step.type in names]


def picture(height: int, width: int) -> dict[str, Any]:
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    shape = {"img_shape": (height, width), "ori_shape": (height, width)}
    return {"img": image, **shape}


def through(transforms: list[Any], results: dict[str, Any]) -> dict[str, Any]:
    for transform in transforms:
        results = transform(results)
    return results


def test_large_scale_jitter_scales_by_a_tenth_to_two_and_crops_to_1024(load: Any) -> None:
    resize, crop = steps(load(LSJ), "RandomResize", "RandomCrop")
    ratios, cropped = [], set()
    for _ in range(120):
        resized = resize(picture(48, 64))
        height, width = resized["img"].shape[:2]
        assert height == pytest.approx(width * 0.75, abs=1)
        ratios.append(width / 1024)
        out = crop(resized)["img"].shape[:2]
        assert out == (min(height, 1024), min(width, 1024))
        cropped.add(out == (1024, 1024))
    assert 0.1 <= min(ratios) < 0.15
    assert 1.95 < max(ratios) <= 2.0
    assert np.mean(ratios) == pytest.approx(1.05, abs=0.12)  # uniform
    assert cropped == {True, False}


@pytest.mark.parametrize("training", [True, False])
def test_detection_pads_to_1024_in_training_and_at_test(training: bool, load: Any) -> None:
    config = load(LSJ)
    with DefaultScope.overwrite_default_scope("mmdet"):
        preprocessor = MODELS.build(config.model.data_preprocessor)
    samples = []
    for height, width in ((100, 340), (1024, 683)):
        sample = DetDataSample(metainfo={"img_shape": (height, width)})
        sample.gt_instances = InstanceData()
        samples.append(sample)
    images = [torch.full((3, *s.img_shape), 255, dtype=torch.uint8) for s in samples]
    batch = preprocessor({"inputs": images, "data_samples": samples}, training=training)
    out = batch["inputs"]
    assert out.shape == (2, 3, 1024, 1024)
    assert (out[0, :, 100:] == 0).all()  # the mean colour
    assert (out[0, :, :100, :340] > 2).all()
    assert [s.batch_input_shape for s in batch["data_samples"]] == [(1024, 1024)] * 2


def test_at_test_the_long_side_is_1024(load: Any) -> None:
    with DefaultScope.overwrite_default_scope("mmdet"):
        (resize,) = [
            TRANSFORMS.build(step)
            for step in load(LSJ).val_dataloader.dataset.pipeline
            if step.type == "Resize"
        ]
    assert resize(picture(480, 640))["img"].shape == (768, 1024, 3)
    assert resize(picture(640, 480))["img"].shape == (1024, 768, 3)


def labelled(height: int, width: int) -> dict[str, Any]:
    """Class 1 on the left half, class 2 on the right."""
    labels = np.ones((height, width), dtype=np.uint8)
    labels[:, width // 2 :] = 2
    return {**picture(height, width), "gt_seg_map": labels, "seg_fields": ["gt_seg_map"]}


def test_segmentation_scales_by_a_half_to_two_and_crops_512(load: Any) -> None:
    resize, crop = steps(load(ADE), "RandomResize", "RandomCrop")
    ratios = []
    for _ in range(80):
        resized = resize(labelled(60, 80))
        height, width = resized["img"].shape[:2]
        assert resized["gt_seg_map"].shape == (height, width)
        assert set(np.unique(resized["gt_seg_map"])) == {1, 2}  # no labels in between
        ratios.append(height / 512)  # the short side; 4:3 never reaches 2048
        assert crop(resized)["img"].shape[:2] == (min(height, 512), min(width, 512))
    assert 0.5 <= min(ratios) < 0.56
    assert 1.94 < max(ratios) <= 2.0
    assert np.mean(ratios) == pytest.approx(1.25, abs=0.12)
    wide = resize(picture(100, 1000))["img"].shape
    assert wide[1] <= 2 * 2048 + 1
    assert wide[1] == pytest.approx(10 * wide[0], rel=0.02)


def test_no_class_fills_more_than_three_quarters_of_a_crop(load: Any) -> None:
    (crop,) = steps(load(ADE), "RandomCrop")
    assert crop.cat_max_ratio == 0.75
    shares = [crop(labelled(512, 1024))["gt_seg_map"].mean() - 1 for _ in range(60)]
    assert 0.25 <= min(shares) < 0.35  # of class 2
    assert 0.65 < max(shares) <= 0.75


def test_photometric_distortion_changes_colours_and_never_labels(load: Any) -> None:
    (distort,) = steps(load(ADE), "PhotoMetricDistortion")
    assert (distort.brightness_delta, distort.hue_delta) == (32, 18)
    assert (distort.contrast_lower, distort.contrast_upper) == (0.5, 1.5)
    assert (distort.saturation_lower, distort.saturation_upper) == (0.5, 1.5)
    changed = []
    for _ in range(20):
        before = labelled(16, 16)
        after = distort({**before, "img": before["img"].copy()})
        assert (after["gt_seg_map"] == before["gt_seg_map"]).all()
        changed.append((after["img"] != before["img"]).any())
    assert sum(changed) > 10


@pytest.mark.parametrize("name", [LSJ, ADE])
def test_half_of_the_pictures_are_flipped(name: str, load: Any) -> None:
    (flip,) = steps(load(name), "RandomFlip")
    flipped = [flip(picture(4, 6))["flip"] for _ in range(300)]
    assert np.mean(flipped) == pytest.approx(0.5, abs=0.08)
