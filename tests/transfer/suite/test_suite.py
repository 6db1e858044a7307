"""Suites are checked before anything runs, and every mistake is named."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from mmengine.config import Config

from transfer.suite import read_suite

ROOT = Path(__file__).parents[3]
SUITES = sorted((ROOT / "transfer/suites").glob("*.yaml"))


@pytest.fixture(autouse=True)
def _project_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def demo(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "transfer/suites/demo.yaml").read_text())
    return {**content, **changes}


SEARCHED = ("demo_sweep", "paper_tuned")
METHODS = {
    "demo": ["mae-perceptual-vq-token"],
    "mini": ["mae-hog", "mae-vq-token", "mae-perceptual-vq-token"],
    "paper": ["mae-dvae-token"],
    "paper_tuned": ["mae-dvae-token"],
}


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_shipped_suites_compare_initialisations_on_two_tasks(path: Path) -> None:
    content = {**yaml.safe_load(path.read_text()), "data_root": "somewhere"}
    suite = read_suite(content, only_plan=True)
    assert suite.name == path.stem
    assert list(suite.tasks) == ["coco", "ade20k"]
    assert suite.methods["random"].config is None
    assert suite.resume == (path.stem not in ("demo", "demo_sweep", "mini"))
    assert list(suite.sweeps) == (["coco"] if path.stem in SEARCHED else [])
    if path.stem in METHODS:
        common = ["random", "supervised", "mae-pixel", "mae-pixel-norm"]
        assert list(suite.methods) == [*common, *METHODS[path.stem]]


def test_the_ablations_run_every_config_there_is() -> None:
    content = yaml.safe_load((ROOT / "transfer/suites/mae_ablations.yaml").read_text())
    suite = read_suite({**content, "data_root": "somewhere"}, only_plan=True)
    found = {method.config for method in suite.methods.values() if method.config}
    folder = Path("pretrain/configs/mae_ablations")
    assert found == set(folder.glob("*.py"))
    for name, method in suite.methods.items():
        if method.config:
            assert Config.fromfile(method.config).method == name


def test_tokens_come_from_a_tokenizer_which_looks_through_a_method() -> None:
    suite = read_suite(demo(root="here"), only_plan=True)
    assert list(suite.trained)[-2:] == ["mae-perceptual-vq-token", "perceptual-vq"]
    token = suite.inputs("mae-perceptual-vq-token")
    assert token == {"model.target.tokenizer": "here/exports/perceptual-vq.pth"}
    assert suite.inputs("perceptual-vq") == {"model.perceptual": "here/exports/mae-pixel-norm.pth"}
    assert suite.inputs("mae-pixel") == {}
    config = "pretrain/configs/demo/perceptual_vq.py"
    timm = {"perceptual-vq": {"config": config, "features": "resnet50"}}
    assert read_suite(demo(tokenizers=timm)).inputs("perceptual-vq") == {
        "model.perceptual": "resnet50"
    }


def test_several_gpus_pretrain_distributed() -> None:
    suite = read_suite(demo(gpus=4))
    assert suite.pretrain_command == "torchrun --standalone --nproc-per-node 4 -m pretrain"
    assert suite.pretrain_flags == "--launcher pytorch"
    assert read_suite(demo(gpus=4, amp=True)).pretrain_flags == "--launcher pytorch --amp"
    assert read_suite(demo(gpus=1)).pretrain_flags == ""


def test_a_checkpoint_can_take_the_place_of_pretraining() -> None:
    methods = {"random": None, "dino": {"checkpoint": "dino.pth"}}
    suite = read_suite(demo(methods=methods, tokenizers={}))
    assert suite.methods["dino"].checkpoint == "dino.pth"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data_root": None}, r"--config data_root=PATH"),
        ({"sedes": [0]}, r"unknown keys \['sedes'\]"),
        ({"seeds": 3}, "seeds must be a list"),
        ({"seeds": [0, 0]}, "seeds names one twice"),
        ({"methods": {"mea-pixel": None}}, "methods.mea-pixel: unknown method without weights"),
        ({"methods": {"x": {"confg": "a"}}}, r"methods.x: unknown keys \['confg'\]"),
        (
            {"methods": {"x": {"config": "setup.sh", "checkpoint": "b"}}},
            "config .* or checkpoint .*, not both",
        ),
        ({"methods": {}}, "methods must map names"),
        ({"tokenizers": {"random": None}}, "tokenizers.random: a method has that name too"),
        ({"tokenizers": {"vq": {}}}, "tokenizers.vq must give config"),
        (
            {"tokenizers": {"vq": {"config": "setup.sh", "featuers": "a"}}},
            r"tokenizers.vq: unknown keys \['featuers'\]",
        ),
        (
            {"tokenizers": {"vq": {"config": "setup.sh", "features": "random"}}},
            "features: random is not trained in this suite",
        ),
        (
            {"tokenizers": {"vq": {"config": "setup.sh", "features": "mae-pixle"}}},
            "features: 'mae-pixle' is no method of the suite",
        ),
        (
            {"methods": {"m": {"config": "setup.sh", "tokenizer": "vqq"}}, "tokenizers": {}},
            "methods.m.tokenizer: no tokenizer 'vqq'",
        ),
        ({"tasks": {"coco": {"package": "mmdet"}}}, "package must be one of"),
        ({"tasks": {"coco": {"package": "mmdetection"}}}, "tasks.coco: data is missing"),
        ({"tasks": {"coco": {"optoins": []}}}, r"tasks.coco: unknown keys \['optoins'\]"),
        (
            {"methods": {"random": {"transfer_options": {"cocoa": ["a=1"]}}}},
            r"transfer_options: no tasks \['cocoa'\]",
        ),
        (
            {"methods": {"random": {"pretrain_options": ["epochs"]}}},
            "options must be a list of KEY=VALUE",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_suite(demo(**changes))


def test_missing_data_and_configs_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"data_root .*nowhere is no folder"):
        read_suite(demo(toy=None, data_root=str(tmp_path / "nowhere")))
    with pytest.raises(FileNotFoundError, match=r"tasks\.coco\.data: .* transfer.doctor"):
        read_suite(demo(toy=None, data_root=str(tmp_path)))
    with pytest.raises(FileNotFoundError, match=r"there is no pretrain/none.py"):
        read_suite(demo(methods={"x": {"config": "pretrain/none.py"}}))


def test_class_folders_are_run_by_this_projects_own_command() -> None:
    config = "transfer/configs/imagenet/linear_toy.py"
    tasks = {"imagenet": {"package": "classify", "config": config, "data": "imagenet"}}
    task = read_suite(demo(tasks=tasks)).tasks["imagenet"]
    assert task.package.train(task.config, 0) == f"python -m transfer.classify {config}"
    several = task.package.train(task.config, 4)
    assert several.startswith("torchrun --standalone --nproc-per-node 4 -m transfer.classify ")
    assert several.endswith(f"{config} --launcher pytorch")
