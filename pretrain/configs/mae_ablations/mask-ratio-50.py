"""MAE with 50 % of the patches hidden (75 % is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/mask-ratio-50.py \\
        --work-dir runs/mae_ablations_mask-ratio-50 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.9 %, linear 69.9 %
Source: arXiv 2111.06377, Figure 5
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-mask-ratio-50"
model = dict(mask_ratio=0.5)
