"""ImageNet-1K, end-to-end fine-tuning of ViT-L: the MAE paper's protocol (Table 3).

Run     as finetune_vit-b_100e.py
Smoke   as finetune_vit-b_100e.py
Cost    not measured
Expect  MAE 1600 epochs 85.9 top-1; MoCo v3 84.1, BEiT 85.2; MAE on raw pixels, 800 epochs, 84.9
Source  https://arxiv.org/abs/2111.06377, Table 9 (settings), Tables 1 and 3 (results)
"""

_base_ = "../_base_/imagenet_finetune.py"

epochs = 50
model = dict(backbone=dict(arch="large"))
