"""Whether two cases compute the same, before anything is timed."""

from collections.abc import Mapping

from torch import Tensor

from transfer.benchmark.cases import Case, Result

# Of the largest value, and of the gradients' norm. In bfloat16 a head may sample other regions,
# which moved the gradients of a small detector by 0.24; where there are none they are 1 apart.
TOLERANCE = {"float32": (1e-3, 1e-2), "bfloat16": (0.1, 0.5)}
OTHER_NETWORK = ("plain",)  # without relative position: nothing to be equal to


def compare(cases: Mapping[str, Case], dtype: str) -> dict[str, dict[str, float]]:
    """How far every case is from ours, relatively.

    Raises:
        RuntimeError: where that is more than rounding.
    """
    ours = cases["ours"].compute()
    others = [name for name in cases if name not in ("ours", *OTHER_NETWORK)]
    found = {name: difference(cases[name].compute(), ours) for name in others}
    of_values, of_gradients = TOLERANCE[dtype]
    for name, apart in found.items():
        gradients = apart.get("gradients", 0.0)
        if not (apart["values"] <= of_values and gradients <= of_gradients):
            raise RuntimeError(
                f"ours and {name} differ by {apart['values']:.1e} of the largest value and by "
                f"{gradients:.1e} of the gradients: not the same step, so nothing is timed"
            )
    return found


def difference(found: Result, expected: Result) -> dict[str, float]:
    """The largest of all values, over the largest value; the norm of all gradients' difference.

    Gradients are compared where both have the name: a reference calls those of a backbone its own.
    """
    apart = max(distance(found.values[name], x) for name, x in expected.values.items())
    largest = max(float(x.float().abs().max()) for x in expected.values.values())
    parts = {"values": apart / largest}
    common = expected.gradients.keys() & found.gradients.keys()
    if common:
        squares = [
            (
                float((found.gradients[name] - expected.gradients[name]).double().norm()) ** 2,
                float(expected.gradients[name].double().norm()) ** 2,
            )
            for name in common
        ]
        errors, norms = (sum(column) for column in zip(*squares, strict=True))
        parts["gradients"] = (errors / norms) ** 0.5
    return parts


def distance(one: Tensor, other: Tensor) -> float:
    return float((one.float() - other.float()).abs().max())
