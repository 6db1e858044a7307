"""MAE with 20 % of the patches hidden (75 % is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/mask-ratio-20.py \\
        --work-dir runs/mae_ablations_mask-ratio-20 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 83.4 %, linear 58.9 %
Source: arXiv 2111.06377, Figure 5
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-mask-ratio-20"
model = dict(mask_ratio=0.2)
