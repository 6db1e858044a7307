"""ImageNet-1K, end-to-end fine-tuning of ViT-H: the MAE paper's protocol (Table 3).

Run     as finetune_vit-b_100e.py
Smoke   as finetune_vit-b_100e.py
Cost    not measured
Expect  MAE 1600 epochs 86.9 top-1
Source  https://arxiv.org/abs/2111.06377, Table 9 (settings) and Table 3 (results)
"""

_base_ = "../_base_/imagenet_finetune.py"

epochs = 50
device_batch_size = 16
model = dict(backbone=dict(arch="huge", drop_path_rate=0.2))
