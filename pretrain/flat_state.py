"""State dicts without the children's names, so that our parts fit the published checkpoints.

A model reads best as `self.encoder` and `self.decoder`; MAE's official files put both at the top
level. `flatten_state` makes `state_dict` and `load_state_dict` speak the flat names, in both
directions and at any depth of wrapping, while the modules keep their structure.
"""

from typing import Any

from torch import nn


def flatten_state(module: nn.Module, *children: str) -> None:
    """Leave `children` out of the names in `module`'s state dict.

    Raises:
        ValueError: where two children hold the same name.
    """
    owner: dict[str, str] = {}  # flat name -> name with the child
    for part in children:
        for name in module.get_submodule(part).state_dict():
            if name in owner:
                raise ValueError(f"{part}.{name} and {owner[name]} would share the name {name}")
            owner[name] = f"{part}.{name}"

    def flatten(_: nn.Module, state: dict[str, Any], prefix: str, __: dict[str, Any]) -> None:
        for key in [key for key in state if key.startswith(prefix)]:
            child, _dot, name = key[len(prefix) :].partition(".")
            # every key is put back, the untouched too: the order stays the modules'
            state[prefix + name if child in children else key] = state.pop(key)

    def restore(_: nn.Module, state: dict[str, Any], prefix: str, *__: Any) -> None:
        for name, full in owner.items():
            if prefix + name in state:
                state[prefix + full] = state.pop(prefix + name)

    module.register_state_dict_post_hook(flatten)
    module.register_load_state_dict_pre_hook(restore)
