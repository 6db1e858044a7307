"""MAE on random crops of one size, with flips (random sizes are the default); 7/8 of the short side
is a choice.

Run:    python -m pretrain pretrain/configs/mae_ablations/augment-fixed-crop.py \\
        --work-dir runs/mae_ablations_augment-fixed-crop --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.7 %, linear 73.1 %
Source: arXiv 2111.06377, Table 1e
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-augment-fixed-crop"
train_dataloader = dict(dataset=dict(crop="fixed"))
