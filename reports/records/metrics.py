"""The scores of a record, each with its unit and direction."""

from dataclasses import dataclass

from reports.records.fields import flag, number, shown, text

# pycocotools writes -1 where no object of that size exists; in percent that becomes -100.
UNDEFINED = (-1.0, -100.0)


@dataclass(frozen=True)
class Metric:
    value: float
    unit: str
    higher_is_better: bool


def parse_metrics(found: object) -> dict[str, Metric]:
    """null, and COCO's -1, mean "not defined here" and leave a gap; NaN means a broken run."""
    if not isinstance(found, dict) or not found:
        raise ValueError(f"metrics is {shown(found)}, expected at least one metric")
    metrics = {}
    for name, entry in found.items():
        if not isinstance(entry, dict) or "value" not in entry:
            raise ValueError(f"metrics.{name} is {shown(entry)}, expected an object with a value")
        value = number(entry, "value", f"metrics.{name}")
        unit = text(entry, "unit", f"metrics.{name}", default="")
        if value is None or (unit == "%" and value in UNDEFINED):
            continue
        if unit == "%" and not 0 <= value <= 100:
            raise ValueError(f"metrics.{name}.value is {value}, a percentage lies in 0 to 100")
        direction = flag(entry, "higher_is_better", f"metrics.{name}", required=True)
        metrics[name] = Metric(value, unit, direction)
    if not metrics:
        raise ValueError("metrics holds no defined value, every one is null or -1")
    return metrics
