"""MAE on centre crops without flips (random sizes and flips are the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/augment-none.py \\
        --work-dir runs/mae_ablations_augment-none --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.0 %, linear 65.7 %
Source: arXiv 2111.06377, Table 1e
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-augment-none"
train_dataloader = dict(dataset=dict(crop="centre"))
