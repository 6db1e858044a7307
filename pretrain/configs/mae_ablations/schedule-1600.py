"""MAE for 1600 epochs (800 is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/schedule-1600.py \\
        --work-dir runs/mae_ablations_schedule-1600 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 85.1 %, linear 75.1 %
Source: arXiv 2111.06377, Figure 7
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-schedule-1600"
epochs = 1600
