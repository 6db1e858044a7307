"""What a suite compares: methods, and the tokenizers some of them need."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transfer.suite import fields


@dataclass(frozen=True)
class Method:
    """Where a method's weights come from: a pretraining config, a checkpoint, or nowhere."""

    name: str
    config: Path | None = None
    checkpoint: str | None = None
    pretrain_options: tuple[str, ...] = ()
    transfer_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by task
    tokenizer: str | None = None  # of a token target: one of the suite's, or a file


@dataclass(frozen=True)
class Tokenizer:
    """A tokenizer the suite trains; `features` is what a perceptual one looks through."""

    name: str
    config: Path
    features: str | None = None  # a method of the suite, a file, or a timm model
    pretrain_options: tuple[str, ...] = ()


METHOD_KEYS = {"config", "checkpoint", "tokenizer", "pretrain_options", "transfer_options"}
TOKENIZER_KEYS = {"config", "features", "pretrain_options"}


def read_method(name: str, entry: Any, suite: str, tasks: Collection[str]) -> Method:
    where = f"suite {suite}: methods.{name}"
    entry = {} if entry is None else entry
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where} must be a mapping or empty, got {entry!r}")
    if "sweep" in entry:
        raise ValueError(
            f"{where}.sweep: a method has no search of its own; give the suite's sweep the range "
            "that every method may need"
        )
    fields.only_known(entry, METHOD_KEYS, where)
    config, checkpoint = entry.get("config"), entry.get("checkpoint")
    if config and checkpoint:
        raise ValueError(f"{where}: give config (to pretrain) or checkpoint (to take), not both")
    if not config and not checkpoint and name != "random":
        raise ValueError(
            f"{where}: unknown method without weights; give config: pretrain/configs/….py or "
            "checkpoint: FILE (only `random` has neither)"
        )
    by_task = entry.get("transfer_options") or {}
    if by_task.keys() - set(tasks):
        raise ValueError(
            f"{where}.transfer_options: no tasks {sorted(by_task.keys() - set(tasks))}"
        )
    return Method(
        name,
        fields.config(config, where) if config else None,
        checkpoint,
        fields.options(entry.get("pretrain_options"), where),
        {task: fields.options(options, where) for task, options in by_task.items()},
        entry.get("tokenizer"),
    )


def read_tokenizer(name: str, entry: Any, suite: str, methods: Mapping[str, Method]) -> Tokenizer:
    where = f"suite {suite}: tokenizers.{name}"
    if name in methods:
        raise ValueError(f"{where}: a method has that name too; choose another")
    if not isinstance(entry, Mapping) or not entry.get("config"):
        raise ValueError(f"{where} must give config, and features for a perceptual one")
    fields.only_known(entry, TOKENIZER_KEYS, where)
    features = entry.get("features")
    if features is not None and features in methods and not methods[features].config:
        raise ValueError(f"{where}.features: {features} is not trained in this suite; give a file")
    if features is not None and features not in methods and not features.endswith(".pth"):
        from timm import is_model  # slow to import, rarely needed

        if not is_model(features):
            raise ValueError(
                f"{where}.features: {features!r} is no method of the suite, no exported FILE.pth "
                "and no timm model"
            )
    options = fields.options(entry.get("pretrain_options"), where)
    return Tokenizer(name, fields.config(entry["config"], where), features, options)


def known_tokenizer(method: Method, tokenizers: Mapping[str, Tokenizer], suite: str) -> None:
    name = method.tokenizer
    if name is not None and name not in tokenizers and not name.endswith(".pth"):
        raise ValueError(
            f"suite {suite}: methods.{method.name}.tokenizer: no tokenizer {name!r}; known are "
            f"{sorted(tokenizers)}, or give an exported FILE.pth"
        )
