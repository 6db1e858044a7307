"""Hashes change with what matters and only with that."""

from backbones.runs.provenance import config_hash, environment

CONFIG = {"model": {"lr": 0.1, "init": {"checkpoint": "a.pth"}}, "seed": 1}


def test_hash_ignores_order_and_dropped_keys() -> None:
    other = {"seed": 2, "model": {"init": {"checkpoint": "b.pth"}, "lr": 0.1}}
    drop = ("seed", "model.init.checkpoint", "not.there")
    assert config_hash(CONFIG, drop) == config_hash(other, drop)
    assert config_hash(CONFIG) != config_hash(other)


def test_hash_notices_a_changed_value() -> None:
    changed = {**CONFIG, "model": {**CONFIG["model"], "lr": 0.2}}
    assert config_hash(changed) != config_hash(CONFIG)


def test_environment_is_json_with_versions() -> None:
    found = environment()
    assert {"torch", "timm", "numpy"} <= found["versions"].keys()
    assert found["device"]
