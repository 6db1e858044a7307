"""MAE with colours shaken on top of the default crops; the strength of .4 is a choice.

Run:    python -m pretrain pretrain/configs/mae_ablations/augment-jitter.py \\
        --work-dir runs/mae_ablations_augment-jitter --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 84.3 %, linear 71.9 %
Source: arXiv 2111.06377, Table 1e
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-augment-jitter"
train_dataloader = dict(dataset=dict(jitter=0.4))
