"""MAE with block-wise masks of 50 % (random, 75 % is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/mask-block-50.py \\
        --work-dir runs/mae_ablations_mask-block-50 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 83.9 %, linear 72.3 %
Source: arXiv 2111.06377, Table 1f
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-mask-block-50"
model = dict(masking=dict(type="BlockMask", fill=True), mask_ratio=0.5)
