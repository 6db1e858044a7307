"""MAE, ViT-H/14, raw pixels, 1600 epochs of ImageNet-1K.

Run:    python -m pretrain pretrain/configs/mae/vit-h_pixel_1600e.py \\
        --work-dir runs/mae_vit-h_pixel --amp \\
        --cfg-options data_root=data/imagenet/train
        (several devices: torchrun --nproc-per-node 8 -m pretrain … --launcher pytorch)
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: after transfer, ImageNet fine-tuned 86.2 %
Source: arXiv 2111.06377, Tables 7 and 8
"""

_base_ = ["../_base_/mae_imagenet.py"]

method = "mae-pixel"
model = dict(
    encoder=dict(arch="huge"),
    target=dict(normalize=False),
)
