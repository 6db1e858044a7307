"""Commands of several subcommands, a module each: `add_arguments(parser)`, and a docstring."""

import argparse
from collections.abc import Mapping
from types import ModuleType


def add_commands(
    parser: argparse.ArgumentParser, modules: Mapping[str, ModuleType], *, dest: str = "command"
) -> None:
    """The chosen one's name is the option `dest`; its `-h` is its module's docstring."""
    commands = parser.add_subparsers(dest=dest, required=True)
    for name, module in modules.items():
        about = module.__doc__ or ""
        command = commands.add_parser(
            name,
            help=about.splitlines()[0],
            description=about,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
