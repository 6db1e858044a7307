"""ImageNet-1K, linear probing of ViT-L: the MAE paper's protocol (Table 12).

Run     as linear_vit-b_90e.py
Smoke   as linear_vit-b_90e.py
Cost    not measured
Expect  MAE 1600 epochs 75.8 top-1; released code 76.0; MoCo v3 77.6; MAE on raw pixels,
        800 epochs, 73.5
Source  https://arxiv.org/abs/2111.06377, Table 10; facebookresearch/mae, FINETUNE.md
"""

_base_ = "../_base_/imagenet_linear.py"

model = dict(backbone=dict(arch="large"))
