"""The suite itself: read from its YAML file, with what its jobs need to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transfer.suite import fields
from transfer.suite.methods import Method, Tokenizer, known_tokenizer, read_method, read_tokenizer
from transfer.suite.sweeps import Sweep, read_sweeps
from transfer.suite.tasks import Task, read_task

KEYS = {
    *("suite", "root", "seeds", "resume", "threads", "gpus", "amp"),
    *("data_root", "toy", "pictures", "methods", "tokenizers", "tasks", "sweep"),
}


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
    sweeps: Mapping[str, Sweep]  # by task; the others have their protocol's settings

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

    def weights(self, method: str) -> str | None:
        """A method's checkpoint: exported here, given in the suite, or none for random."""
        return (
            self.export(method) if self.methods[method].config else self.methods[method].checkpoint
        )

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
    name = str(fields.required(content, "suite"))
    fields.only_known(content, KEYS, f"suite {name}")
    data_root = _data_root(content, name, only_plan=only_plan)
    tasks = {
        task: read_task(
            task, entry, name, data_root, check=not only_plan and not content.get("toy")
        )
        for task, entry in fields.mapping(content, "tasks", name).items()
    }
    methods = {
        method: read_method(method, entry, name, tasks.keys())
        for method, entry in fields.mapping(content, "methods", name).items()
    }
    tokenizers = {
        tokenizer: read_tokenizer(tokenizer, entry, name, methods)
        for tokenizer, entry in (content.get("tokenizers") or {}).items()
    }
    for method in methods.values():
        known_tokenizer(method, tokenizers, name)
    seeds = fields.seeds(content.get("seeds", [0]), f"suite {name}")
    return Suite(
        name=name,
        root=Path(content.get("root") or f"runs/{name}"),
        seeds=seeds,
        resume=bool(content.get("resume", False)),
        threads=int(content.get("threads", 1)),
        gpus=int(content.get("gpus", 0)),
        amp=bool(content.get("amp", False)),
        toy=content.get("toy"),
        data_root=data_root,
        pictures=data_root / str(fields.required(content, "pictures")),
        methods=methods,
        tokenizers=tokenizers,
        tasks=tasks,
        sweeps=read_sweeps(content.get("sweep"), name, tasks, methods, seeds),
    )


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
