"""An encoder inside a larger model: Lightning modules (lightly's among them), and detectors,
segmentors and classifiers trained with this project's backbone.
"""

from backbones.checkpoints.families.family import ANY_POSITIONS, Family
from backbones.checkpoints.families.mmlab import BESIDE
from backbones.checkpoints.families.source import StateDict, Traits


def _traits(tensors: StateDict) -> Traits:
    """A norm before the blocks is CLIP's, and then the activation is an open question."""
    clip = any(name.endswith("norm_pre.weight") for name in tensors)
    return Traits(act=None, norm_eps=1e-5) if clip else Traits()


FAMILIES = (
    Family(
        "Lightning or OpenMMLab model",
        prefixes=(
            *("backbone.", "model.", "encoder.", "vit."),
            *("backbone.vit.", "model.backbone.", "model.encoder.", "model.vit."),
            *("teacher_backbone.", "student_backbone."),
        ),
        containers=("state_dict", ""),
        needs=(ANY_POSITIONS,),
        traits_of=_traits,
        beside=(
            *BESIDE,
            *("fc_norm.*", "decoder*", "projection_head.*", "prediction_head.*", "classifier.*"),
            *("online_classifier.*", "criterion.*", "loss.*", "mask_token", "*.mask_token"),
            *("teacher*", "student*", "momentum*", "*_momentum.*"),
        ),
    ),
)
