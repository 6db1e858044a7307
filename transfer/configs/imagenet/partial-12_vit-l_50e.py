"""ImageNet-1K, partial fine-tuning of ViT-L: the last 12 blocks.

Run     as partial-half_vit-l_50e.py
Smoke   as partial-half_vit-l_50e.py
Cost    not measured
Expect  MAE on raw pixels, 800 epochs, 84.6; MoCo v3 83.2 top-1
Source  https://arxiv.org/abs/2111.06377, Figure 9; see partial-half_vit-l_50e.py
"""

_base_ = "./finetune_vit-l_50e.py"

model = dict(trainable_blocks=12)
