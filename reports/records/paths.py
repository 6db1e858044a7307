"""Paths a record names: of files in its own folder, wherever that was copied to.

A record may come from anyone, and what it names is opened: nothing outside is reached.
"""

from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from reports.records.fields import dotted, section, shown, text


def parse_files(content: dict[str, Any], key: str) -> dict[str, str]:
    """Role to path."""
    found = section(content, key)
    return {role: inside(text(found, role, key), dotted(key, role)) for role in sorted(found)}


def parse_figures(found: object) -> tuple[str, ...]:
    """Wherever they are: one that lies outside is left out where it would be shown."""
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"figures is {shown(found)}, expected a list of paths")
    return tuple(found)


def inside(name: str, where: str) -> str:
    """`name`, if it stays in the record's folder on every system."""
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        if path.anchor or path.drive or ".." in path.parts or not path.parts or "\0" in name:
            raise ValueError(
                f"{where} is {shown(name)}, expected a path that stays in the record's folder"
            )
    return name
