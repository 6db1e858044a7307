"""MAE's ablation default: ViT-L/16, raw pixels, decoder of 8 blocks and 512 dims, 75 % hidden.

Run:    python -m pretrain pretrain/configs/mae_ablations/vit-l_pixel_800e.py \\
        --work-dir runs/mae_ablations_vit-l_pixel_800e --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.9 %, linear 73.5 %
Source: arXiv 2111.06377, Table 1 (grey)
"""

_base_ = ["../_base_/mae_imagenet.py"]

method = "mae-ablation-default"
epochs = 800
model = dict(encoder=dict(arch="large"), target=dict(normalize=False))
