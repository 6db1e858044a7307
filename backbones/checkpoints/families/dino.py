"""DINO and iBOT (https://arxiv.org/abs/2104.14294, 2111.07832): complete training checkpoints.

They hold a student and its moving average, the teacher, which the papers evaluate. Files with the
backbone alone carry plain timm names.
"""

from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.source import IMAGENET, Traits


def _family(branch: str) -> Family:
    return Family(
        f"DINO or iBOT {branch}",
        prefixes=("backbone.", ""),
        containers=(branch,),
        beside=("head.*",),
        traits=Traits(normalisation=IMAGENET),
    )


TEACHER, STUDENT = _family("teacher"), _family("student")
FAMILIES = (TEACHER, STUDENT)
