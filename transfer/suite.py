"""A suite: methods × tasks × seeds in one YAML file, checked before anything runs.

The Snakefile turns it into jobs. Keys are described in `transfer/suites/demo.yaml`.
"""

import ast
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGES = ("mmdetection", "mmsegmentation", "classify")
KEYS = {
    *("suite", "root", "seeds", "resume", "threads", "gpus", "amp"),
    *("data_root", "toy", "pictures", "methods", "tokenizers", "tasks"),
}


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


@dataclass(frozen=True)
class Task:
    name: str
    package: str
    config: Path
    data: Path
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    name: str
    root: Path
    seeds: tuple[int, ...]
    resume: bool
    threads: int
    gpus: int
    amp: bool  # pretrain under bfloat16 autocast; transfer configs say it themselves
    toy: str | None  # options of `python -m transfer.toy`; its folder is `data_root`
    data_root: Path
    pictures: Path
    methods: Mapping[str, Method]
    tokenizers: Mapping[str, Tokenizer]
    tasks: Mapping[str, Task]

    @property
    def trained(self) -> dict[str, Method | Tokenizer]:
        """Everything that `python -m pretrain` trains, by name."""
        return {
            **{name: method for name, method in self.methods.items() if method.config},
            **self.tokenizers,
        }

    def inputs(self, name: str) -> dict[str, str]:
        """Config keys of weights a training starts from, to exports below `root` or as given."""
        entry = self.trained[name]
        if isinstance(entry, Tokenizer):
            given = {"model.perceptual": entry.features}
        else:
            given = {"model.target.tokenizer": entry.tokenizer}
        return {
            key: self.export(value) if value in self.trained else value
            for key, value in given.items()
            if value is not None
        }

    def export(self, name: str) -> str:
        """Where the export of something trained lies."""
        return (self.root / "exports" / f"{name}.pth").as_posix()

    @property
    def launch(self) -> str:
        """What `mim train` is told about devices."""
        return f"--gpus {self.gpus} --launcher pytorch" if self.gpus > 1 else ""

    def transfer_command(self, task: str) -> str:
        """What runs a task's configuration, the configuration and devices included."""
        entry = self.tasks[task]
        if entry.package != "classify":
            return f"mim train {entry.package} {entry.config} {self.launch}".rstrip()
        if self.gpus > 1:
            several = f"torchrun --standalone --nproc-per-node {self.gpus} -m transfer.classify"
            return f"{several} {entry.config} --launcher pytorch"
        return f"python -m transfer.classify {entry.config}"

    @property
    def pretrain_command(self) -> str:
        if self.gpus > 1:
            return f"torchrun --standalone --nproc-per-node {self.gpus} -m pretrain"
        return "python -m pretrain"

    @property
    def pretrain_flags(self) -> str:
        launcher = ["--launcher pytorch"] if self.gpus > 1 else []
        return " ".join([*launcher, *(["--amp"] if self.amp else [])])


def read_suite(content: Mapping[str, Any], *, only_plan: bool = False) -> Suite:
    """The suite described by a YAML file merged with `--config KEY=VALUE`.

    Raises:
        ValueError: naming the key, what it holds and what belongs there.
        FileNotFoundError: for data or config files that are not there (`only_plan` skips data).
    """
    name = str(_required(content, "suite"))
    unknown = sorted(content.keys() - KEYS)
    if unknown:
        raise ValueError(f"suite {name}: unknown keys {unknown}; known are {sorted(KEYS)}")
    data_root = _data_root(content, name, only_plan=only_plan)
    tasks = {
        task: _task(task, entry, name, data_root, check=not only_plan and not content.get("toy"))
        for task, entry in _mapping(content, "tasks", name).items()
    }
    methods = {
        method: _method(method, entry, name, tasks.keys())
        for method, entry in _mapping(content, "methods", name).items()
    }
    tokenizers = {
        tokenizer: _tokenizer(tokenizer, entry, name, methods)
        for tokenizer, entry in (content.get("tokenizers") or {}).items()
    }
    seeds = content.get("seeds", [0])
    if not isinstance(seeds, list) or not all(isinstance(seed, int) for seed in seeds) or not seeds:
        raise ValueError(f"suite {name}: seeds must be a list of whole numbers, got {seeds!r}")
    for method in methods.values():
        _known_tokenizer(method, tokenizers, f"suite {name}: methods.{method.name}.tokenizer")
    return Suite(
        name=name,
        root=Path(content.get("root") or f"runs/{name}"),
        seeds=tuple(seeds),
        resume=bool(content.get("resume", False)),
        threads=int(content.get("threads", 1)),
        gpus=int(content.get("gpus", 0)),
        amp=bool(content.get("amp", False)),
        toy=content.get("toy"),
        data_root=data_root,
        pictures=data_root / str(_required(content, "pictures")),
        methods=methods,
        tokenizers=tokenizers,
        tasks=tasks,
    )


def config_files(config: Path) -> list[Path]:
    """The config and all it inherits from: what a job must be done again for when it is edited.

    Not the files of installed packages (`mmdet::…`), whose versions are in the record.
    """
    found = [config]
    for node in ast.parse(config.read_text(), filename=str(config)).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_base_":
            bases = ast.literal_eval(node.value)
            for base in [bases] if isinstance(bases, str) else bases:
                if "::" not in base:
                    found += config_files(Path(os.path.normpath(config.parent / base)))
    return list(dict.fromkeys(found))


def _data_root(content: Mapping[str, Any], name: str, *, only_plan: bool) -> Path:
    given = content.get("data_root")
    if not given:
        raise ValueError(
            f"suite {name} needs to know where its data are: add --config data_root=PATH "
            f"(with {content.get('pictures')} and the tasks' data below it)"
        )
    root = Path(given)
    if not content.get("toy") and not only_plan and not root.is_dir():
        raise FileNotFoundError(
            f"suite {name}: data_root {root} is no folder; give --config data_root=PATH"
        )
    return root


def _task(name: str, entry: Any, suite: str, data_root: Path, *, check: bool) -> Task:
    where = f"suite {suite}: tasks.{name}"
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where} must give package, config and data, got {entry!r}")
    package = entry.get("package")
    if package not in PACKAGES:
        raise ValueError(f"{where}.package must be one of {PACKAGES}, got {package!r}")
    data = data_root / str(_required(entry, "data", where))
    if check and not data.is_dir():
        raise FileNotFoundError(
            f"{where}.data: {data} is no folder; `python -m transfer.doctor --data {data_root}` "
            "says what is expected there"
        )
    config = _config(str(_required(entry, "config", where)), where)
    return Task(name, package, config, data, _options(entry.get("options"), where))


def _method(name: str, entry: Any, suite: str, tasks: Any) -> Method:
    where = f"suite {suite}: methods.{name}"
    entry = {} if entry is None else entry
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where} must be a mapping or empty, got {entry!r}")
    known = {"config", "checkpoint", "tokenizer", "pretrain_options", "transfer_options"}
    if entry.keys() - known:
        raise ValueError(f"{where}: unknown keys {sorted(entry.keys() - known)}; known: {known}")
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
        _config(config, where) if config else None,
        checkpoint,
        _options(entry.get("pretrain_options"), where),
        {task: _options(options, where) for task, options in by_task.items()},
        entry.get("tokenizer"),
    )


def _tokenizer(name: str, entry: Any, suite: str, methods: Mapping[str, Method]) -> Tokenizer:
    where = f"suite {suite}: tokenizers.{name}"
    if name in methods:
        raise ValueError(f"{where}: a method has that name too; choose another")
    if not isinstance(entry, Mapping) or not entry.get("config"):
        raise ValueError(f"{where} must give config, and features for a perceptual one")
    known = {"config", "features", "pretrain_options"}
    if entry.keys() - known:
        raise ValueError(f"{where}: unknown keys {sorted(entry.keys() - known)}; known: {known}")
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
    options = _options(entry.get("pretrain_options"), where)
    return Tokenizer(name, _config(entry["config"], where), features, options)


def _known_tokenizer(method: Method, tokenizers: Mapping[str, Tokenizer], where: str) -> None:
    name = method.tokenizer
    if name is not None and name not in tokenizers and not name.endswith(".pth"):
        raise ValueError(
            f"{where}: no tokenizer {name!r}; known are {sorted(tokenizers)}, or give an exported "
            "FILE.pth"
        )


def _config(path: str, where: str) -> Path:
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"{where}.config: there is no {path}; run from the project's folder"
        )
    return Path(path)


def _options(value: Any, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(o, str) and "=" in o for o in value):
        raise ValueError(f"{where}: options must be a list of KEY=VALUE, got {value!r}")
    return tuple(value)


def _mapping(content: Mapping[str, Any], key: str, suite: str) -> Mapping[str, Any]:
    value = content.get(key)
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"suite {suite}: {key} must map names to their settings, got {value!r}")
    return value


def _required(content: Mapping[str, Any], key: str, where: str = "suite") -> Any:
    if not content.get(key):
        raise ValueError(f"{where}: {key} is missing")
    return content[key]
