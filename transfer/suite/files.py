"""The files a configuration is made of."""

import ast
import os
from pathlib import Path


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
