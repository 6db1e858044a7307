"""An encoder inside a larger model: Lightning modules (lightly's among them), and detectors,
segmentors and classifiers trained with this project's backbone.
"""

from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.mmlab import BESIDE

FAMILIES = (
    Family(
        "Lightning or OpenMMLab model",
        prefixes=(
            *("backbone.", "model.", "encoder.", "vit."),
            *("backbone.vit.", "model.backbone.", "model.encoder.", "model.vit."),
            *("teacher_backbone.", "student_backbone."),
        ),
        containers=("state_dict",),
        beside=(
            *BESIDE,
            *("fc_norm.*", "decoder*", "projection_head.*", "prediction_head.*", "classifier.*"),
            *("online_classifier.*", "criterion.*", "loss.*", "mask_token", "*.mask_token"),
            *("teacher*", "student*", "momentum*", "*_momentum.*"),
        ),
    ),
)
