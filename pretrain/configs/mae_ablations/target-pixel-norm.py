"""MAE on pixels normalised by patch (raw is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/target-pixel-norm.py \\
        --work-dir runs/mae_ablations_target-pixel-norm --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 85.4 %, linear 73.9 %
Source: arXiv 2111.06377, Table 1d
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-target-pixel-norm"
model = dict(target=dict(normalize=True))
