"""A command by its name: imported when it is called, so that none waits for another's packages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Command:
    """`module` has a `main(arguments) -> int`; `about` is its line in the list of commands."""

    module: str
    about: str


def call(command: Command, arguments: Sequence[str]) -> int:
    return int(import_module(command.module).main(arguments))


def listing(prog: str, commands: Mapping[str, Command]) -> str:
    width = max(map(len, commands))
    lines = (f"  {prog} {name:<{width}}  {command.about}" for name, command in commands.items())
    return "\n".join(lines)
