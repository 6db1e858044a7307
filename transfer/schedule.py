"""From epochs and a batch to iterations: the one place for a schedule's arithmetic.

The configuration of a full protocol states its length in a `schedule` block, and beside it the
literal numbers MMEngine reads, which a test holds to `derive`:

    schedule = dict(
        batch=64,  # pictures a step of the optimiser sees; the learning rate is for this batch
        pictures=118000,
        epochs=100,  # or iters, and likewise below
        warmup_epochs=0.25,
        val_epochs=10,
        decay_at=(8 / 9, 26 / 27),  # parts of the length, for MultiStepLR
        rescale="linear",  # None: another batch changes nothing
    )

`--cfg-options schedule.epochs=25` makes the rest follow. So does another batch, by the linear rule:
rate x b / B, iterations x B / b. A length set by hand, in a configuration that inherits from ours
or on the command line, is left alone. A rate never is: by hand or not, it is the one for
`schedule.batch`, and follows a run's batch.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config

from transfer.differences import put, value_at

RATE = "optim_wrapper.optimizer.lr"
LENGTHS = ("", "warmup_", "val_")
KEYS = {
    *("batch", "rescaled_from", "accumulated", "pictures", "decay_at", "rescale"),
    *(f"{length}{unit}" for length in LENGTHS for unit in ("epochs", "iters")),
}


def pictures_a_step(cfg: Mapping[str, Any], processes: int) -> int:
    """Pictures a step of the optimiser sees: over all processes, and accumulated."""
    return processes * int(cfg["train_dataloader"]["batch_size"]) * _accumulated(cfg)


def derive(
    schedule: Mapping[str, Any], param_scheduler: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Every number that follows from a `schedule` block, by its dotted key in the configuration.

    The length is rounded down, as detectron2's `// 4` does for fewer epochs; the distance between
    validations up, so that the last one is the end of training; what lies between to the nearest.

    Raises:
        ValueError: for a block that does not say what is needed, naming the key.
    """
    check(schedule)
    length = math.floor(_iterations(schedule, ""))
    found: dict[str, Any] = {
        "train_cfg.max_iters": length,
        "train_cfg.val_interval": math.ceil(_iterations(schedule, "val_")),
    }
    for i, entry in enumerate(param_scheduler):
        if entry["type"] == "LinearLR":
            found[f"param_scheduler.{i}.end"] = round(_iterations(schedule, "warmup_"))
        elif entry["type"] == "MultiStepLR":
            if "decay_at" not in schedule:
                raise ValueError("schedule: decay_at is missing, the parts of the length for steps")
            milestones = [round(length * part) for part in schedule["decay_at"]]
            found[f"param_scheduler.{i}.milestones"] = milestones
    return found


def rescaled(schedule: Mapping[str, Any], batch: int, accumulated: int = 1) -> dict[str, Any]:
    """The block for steps of `batch` pictures, each of `accumulated` iterations.

    Lengths in epochs stay, lengths in iterations keep their number of pictures.
    """
    ratio = _pictures_an_iteration(schedule) / (batch / accumulated)
    counts = {
        f"{length}iters": round(schedule[f"{length}iters"] * ratio)
        for length in LENGTHS
        if f"{length}iters" in schedule
    }
    more = {"accumulated": accumulated} if accumulated != 1 or "accumulated" in schedule else {}
    published = schedule.get("rescaled_from", schedule["batch"])
    return {**schedule, **counts, "batch": batch, "rescaled_from": published, **more}


def at_published_batch(content: Any) -> None:
    """Undo a rescaling in a plain configuration, so that runs compare whatever their batch is."""
    schedule = content.get("schedule") or {}
    published = schedule.get("rescaled_from")
    if published is None:
        return
    schedulers = content["param_scheduler"]
    ran, then = derive(schedule, schedulers), derive(rescaled(schedule, published), schedulers)
    for key, value in then.items():
        if value_at(content, key) == ran[key]:  # else it was set by hand
            put(content, key, value)
    rate = value_at(content, RATE) * published / schedule["batch"]
    put(content, RATE, float(f"{rate:.12g}"))


def follow_schedule(cfg: Config, processes: int) -> str:
    """Make `cfg` agree with its `schedule` block and with the batch it runs at.

    Returns one line that names old and new values; empty where nothing was to be done, which
    includes configurations without such a block.

    Raises:
        ValueError: for unknown or missing keys of the block.
    """
    if "schedule" not in cfg:
        return ""
    file = Config.fromfile(cfg.filename)
    if "schedule" not in file:
        raise ValueError(f"{cfg.filename} has no schedule to change; set train_cfg.max_iters")
    asked = cfg["schedule"].to_dict()
    check(asked)
    step, accumulated = pictures_a_step(cfg, processes), _accumulated(cfg)
    other_batch = (step, accumulated) != (asked["batch"], asked.get("accumulated", 1))
    follows = other_batch and asked.get("rescale") == "linear"
    wanted = rescaled(asked, step, accumulated) if follows else asked
    rate = cfg["optim_wrapper"]["optimizer"]["lr"]  # by hand or not, for the batch of the block

    before = {**derive(file["schedule"], file["param_scheduler"]), RATE: rate}
    after = {
        **derive(wanted, file["param_scheduler"]),
        RATE: rate * step / asked["batch"] if follows else rate,
    }
    changed = [key for key in after if after[key] != before[key]]
    by_hand = [key for key in changed if key != RATE and value_at(cfg, key) != before[key]]
    for key in changed:
        if key not in by_hand:
            cfg.merge_from_dict({key: after[key]})
    cfg["schedule"] = wanted
    return _in_words(
        _reasons(file["schedule"], asked, step if other_batch else None, accumulated),
        [f"{key} {before[key]} → {after[key]}" for key in changed if key not in by_hand],
        by_hand,
    )


def check(schedule: Mapping[str, Any]) -> None:
    """Raises ValueError for a block with unknown, missing or contradicting keys."""
    if unknown := sorted(schedule.keys() - KEYS):
        raise ValueError(f"schedule: unknown keys {unknown}; known are {sorted(KEYS)}")
    if "batch" not in schedule:
        raise ValueError("schedule: batch is missing, the pictures of a step")
    for length in LENGTHS:
        given = [key for key in (f"{length}epochs", f"{length}iters") if key in schedule]
        if len(given) != 1:
            raise ValueError(
                f"schedule: give either {length}epochs or {length}iters, got {given or 'neither'}"
            )
        if given[0].endswith("epochs") and "pictures" not in schedule:
            raise ValueError(f"schedule: {given[0]} needs pictures, those of an epoch")
    if schedule.get("rescale") not in ("linear", None):
        raise ValueError(
            f"schedule.rescale must be 'linear' or None, got {schedule.get('rescale')!r}"
        )


def _accumulated(cfg: Mapping[str, Any]) -> int:
    return int(cfg["optim_wrapper"].get("accumulative_counts", 1))


def _pictures_an_iteration(schedule: Mapping[str, Any]) -> float:
    """MMEngine counts an iteration for every batch it loads, also where several make a step."""
    return float(schedule["batch"] / schedule.get("accumulated", 1))


def _iterations(schedule: Mapping[str, Any], length: str) -> float:
    if f"{length}iters" in schedule:
        return float(schedule[f"{length}iters"])
    pictures = schedule[f"{length}epochs"] * schedule["pictures"]
    return float(pictures / _pictures_an_iteration(schedule))


def _reasons(
    shipped: Mapping[str, Any], asked: Mapping[str, Any], step: int | None, accumulated: int
) -> list[str]:
    reasons = [
        f"schedule.{key} {shipped.get(key)} → {asked.get(key)}"
        for key in sorted({*shipped, *asked})
        if shipped.get(key) != asked.get(key)
    ]
    if step is not None:
        how = f"{accumulated} iterations of {step // accumulated}" if accumulated > 1 else step
        rule = asked.get("rescale") or "none, nothing follows"
        reasons.append(f"batch {asked['batch']} → {how} (rule: {rule})")
    return reasons


def _in_words(reasons: list[str], changed: list[str], by_hand: list[str]) -> str:
    if not reasons:
        return ""
    parts = [", ".join(reasons), ", ".join(changed) or "nothing to change"]
    line = ": ".join(parts)
    return f"{line}; left as set by hand: {', '.join(by_hand)}" if by_hand else line
