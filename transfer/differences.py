"""Where two configurations in plain JSON types differ, by dotted key."""

from typing import Any

ABSENT = object()


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Dotted keys at which they differ, as deep as possible; lists of other lengths as a whole."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys: Any = dict.fromkeys([*one, *other])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        keys = range(len(one)) if any(isinstance(item, dict | list) for item in one) else ()
    else:
        keys = ()
    if not keys:
        return [] if one == other else [path]
    return [
        found
        for key in keys
        for found in differences(item(one, key), item(other, key), f"{path}.{key}".lstrip("."))
    ]


def item(node: Any, key: str | int) -> Any:
    """`node[key]`, where a list takes its index as text too; ABSENT where there is none."""
    try:
        return node[int(key)] if isinstance(node, list) else node[key]
    except (KeyError, IndexError, TypeError, ValueError):
        return ABSENT


def value_at(content: Any, path: str) -> Any:
    """What a dotted key holds, ABSENT where it leads nowhere."""
    for key in path.split("."):
        content = item(content, key)
    return content


def put(content: Any, path: str, value: Any) -> None:
    """Set a dotted key, or remove it where `value` is ABSENT; its parents are there."""
    *parents, last = path.split(".")
    for key in parents:
        content = item(content, key)
    if isinstance(content, list):
        content[int(last)] = value
    elif value is ABSENT:
        content.pop(last, None)
    else:
        content[last] = value
