"""The record of a real run, from toy data to the last key, and what it is worth."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from matched_ap import matched_ap
from mmengine.config import Config
from mmengine.registry import init_default_scope
from pycocotools.coco import COCO

import transfer
from backbones.checkpoints import LoadReport
from backbones.export import save_export
from transfer.hooks.record import method_of
from transfer.metrics.coco import evaluate, fractions


def read(folder: str) -> dict:
    return json.loads((Path(folder) / "result.json").read_text())


def test_a_segmentation_run_is_recorded_and_its_miou_recomputes(run, toy: Path) -> None:
    runner = run("ade20k/toy", **{"cell.suite": "test", "randomness.seed": 7})
    record = read(runner.work_dir)
    assert (record["schema"], record["kind"]) == (2, "transfer")
    assert record["cell"] == {"suite": "test", "method": "random", "task": "ade20k", "seed": 7}
    assert record["protocol"]["name"] == "ade20k/toy"
    assert record["batch_size"] == 2
    assert record["checkpoint"] is None
    assert (record["n_images"], record["limited"], record["seed"]) == (5, False, 7)
    assert (record["data"]["name"], record["data"]["n_train"]) == ("ade20k", 16)
    assert record["metrics"].keys() == {"miou", "macc", "aacc"}

    assert record["timing"]["devices"] == 1
    assert record["per_image"] == {"counts": "per_image.npz"}
    with np.load(Path(runner.work_dir) / record["per_image"]["counts"]) as kept:
        assert kept["intersection"].shape == kept["union"].shape == (5, 9)
        assert kept["intersection"].dtype == np.int64
        assert sorted(kept["image_ids"]) == [f"ADE_val_{i:08d}" for i in range(1, 6)]
        union = kept["union"].sum(0)
        ious = kept["intersection"].sum(0)[union > 0] / union[union > 0]
    miou = record["metrics"]["miou"]["value"]
    assert miou == 100 * ious.mean()
    logged = runner.message_hub.get_scalar("val/mIoU").current()
    assert round(miou, 2) == logged
    assert record["curves"]["miou"] == [[2, pytest.approx(logged)]]


def test_a_detection_run_is_recorded_and_its_ap_recomputes(run, toy: Path, tmp_path: Path) -> None:
    runner = run("coco/toy", **{"cell.suite": "test", "model.test_cfg.rcnn.score_thr": 0.0})
    record = read(runner.work_dir)
    assert record["cell"]["task"] == "coco"
    assert {"box_ap", "box_ap50", "mask_ap", "mask_ap75"} <= record["metrics"].keys()
    assert record["n_images"] == 5

    folder = Path(runner.work_dir)
    assert record["per_image"] == {"detections": "per_image.json", "matches": "matches.npz"}
    kept = json.loads((folder / record["per_image"]["detections"]).read_text())
    assert len(kept["image_ids"]) == 5
    assert kept["detections"]
    truth = COCO(str(toy / "coco/annotations/instances_val2017.json"))
    with np.load(folder / record["per_image"]["matches"]) as file:
        matches = dict(file)
    for kind, name in (("bbox", "box"), ("segm", "mask")):
        where = (kind, kept["image_ids"], truth.getCatIds())
        again = fractions(evaluate(truth, kept["detections"], *where))
        assert record["metrics"][f"{name}_ap"]["value"] == 100 * again[0]
        assert record["metrics"][f"{name}_ap50"]["value"] == 100 * again[1]
        assert matched_ap(matches, name) == pytest.approx(again, abs=1e-12, rel=0)


def test_the_record_names_the_configuration_and_the_log(run, tmp_path: Path) -> None:
    runner = run("ade20k/toy", log_level="INFO")
    record, folder = read(runner.work_dir), Path(runner.work_dir)
    assert record["files"].keys() == {"config", "log"}
    dumped = Config.fromfile(folder / record["files"]["config"])
    assert dumped.data_root == runner.cfg.data_root
    log = (folder / record["files"]["log"]).read_text()
    assert "Iter(val)" in log
    assert runner.timestamp in record["files"]["log"]


def test_weights_and_method_come_from_the_export(run, tmp_path: Path) -> None:
    from mmengine.registry import MODELS

    init_default_scope("mmengine")
    toy = Config.fromfile(Path(transfer.__file__).parent / "configs/_base_/toy_vit.py").toy_vit
    vit = MODELS.build({"type": "PlainViT", **toy})
    path = tmp_path / "mae.pth"
    meta = save_export(path, vit.state_dict(), {"method": "mae-pixel", "target": "pixel"})
    runner = run("ade20k/toy", **{"model.backbone.init_cfg.checkpoint": str(path)})
    record = read(runner.work_dir)
    assert record["cell"]["method"] == "mae-pixel"
    assert record["checkpoint"]["file"] == "mae.pth"
    assert record["checkpoint"]["sha256"] == meta["sha256"]
    assert record["checkpoint"]["load"]["matched"] == len(vit.state_dict()) - 2
    assert record["checkpoint"]["load"]["dropped"] == ["norm.bias", "norm.weight"]


def test_a_run_that_was_not_validated_at_its_end_is(run) -> None:
    record = read(run("ade20k/toy", **{"train_cfg.val_begin": 100}).work_dir)
    assert [step for step, _ in record["curves"]["miou"]] == [2]
    assert record["metrics"]["miou"]["value"] == pytest.approx(record["curves"]["miou"][0][1], 1e-2)


def test_a_run_that_dies_removes_the_record_of_the_one_before(run, tmp_path: Path) -> None:
    stale = tmp_path / "work" / "result.json"
    stale.parent.mkdir()
    stale.write_text("{}")
    with pytest.raises(FloatingPointError):
        run(
            "ade20k/toy",
            **{"optim_wrapper.optimizer.lr": 1e30, "custom_hooks.0.interval": 1},
            **{"param_scheduler": [], "train_cfg.max_iters": 20},
        )
    assert not stale.exists()


def curve(record: dict, name: str) -> list[int]:
    return [step for step, _ in record["curves"][name]]


SAVE = {"train_cfg.max_iters": 4, "default_hooks.checkpoint.interval": 1}


def test_a_killed_run_goes_on_from_its_newest_whole_checkpoint(run) -> None:
    folder = Path(run("ade20k/toy", **SAVE).work_dir)
    assert sorted(path.name for path in folder.glob("iter_*.pth")) == ["iter_3.pth", "iter_4.pth"]
    (folder / "result.json").unlink()
    newest = folder / "iter_4.pth"
    newest.write_bytes(newest.read_bytes()[:-100])  # killed while it was written
    with pytest.warns(UserWarning, match=r"iter_4\.pth is only half written"):
        record = read(run("ade20k/toy", **SAVE, resume=True).work_dir)
    assert record["timing"]["resumed_at"] == 3
    assert curve(record, "loss") == [1, 2, 3, 4]


def test_a_run_killed_in_its_last_validation_makes_it_up(run) -> None:
    folder = Path(run("ade20k/toy", **SAVE).work_dir)
    first = read(str(folder))
    (folder / "result.json").unlink()
    again = read(run("ade20k/toy", **SAVE, resume=True).work_dir)
    assert again["timing"]["resumed_at"] == 4
    assert again["metrics"] == first["metrics"]
    assert again["curves"] == first["curves"]


def test_a_run_of_another_recipe_is_not_continued(run, toy: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(toy / "ade20k", tmp_path / "ade20k"))
    again = {**SAVE, "data_root": str(data), "resume": True}
    run("ade20k/toy", **{**again, "resume": False})
    changed = {**again, "optim_wrapper.optimizer.lr": 1e-4}
    with pytest.raises(ValueError, match=r"differs in configuration .*restart_if_changed=True"):
        run("ade20k/toy", **changed)
    with (data / "images/training/ADE_train_00000001.jpg").open("ab") as picture:
        picture.write(b"drawn again")
    with pytest.raises(ValueError, match="differs in seed and data"):
        run("ade20k/toy", **again, **{"randomness.seed": 1})
    record = read(run("ade20k/toy", **changed, restart_if_changed=True).work_dir)
    assert record["timing"]["resumed_at"] == 0


def test_an_unknown_metric_is_refused(run) -> None:
    with pytest.raises(Exception, match="RecordingIoUMetric or RecordingAccuracy, found"):
        run("ade20k/toy", **{"val_evaluator.type": "IoUMetric"})


@pytest.mark.parametrize(
    ("meta", "method"),
    [
        ({"method": "mae", "target": "pixel-norm"}, "mae-pixel-norm"),
        ({"method": "mae-pixel-norm", "target": "pixel-norm"}, "mae-pixel-norm"),
        ({"method": "supervised", "target": "labels"}, "supervised"),
        ({}, "beit-b"),
    ],
)
def test_method_names(meta: dict, method: str) -> None:
    assert method_of(LoadReport("weights/beit-b.pth", "timm", meta=meta)) == method
