"""MAE for 100 epochs (800 is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/schedule-100.py \\
        --work-dir runs/mae_ablations_schedule-100 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 82.3 %, linear 57.3 %
Source: arXiv 2111.06377, Figure 7
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-schedule-100"
epochs = 100
