"""MAE for 200 epochs (800 is the default).

Run:    python -m pretrain pretrain/configs/mae_ablations/schedule-200.py \\
        --work-dir runs/mae_ablations_schedule-200 --amp \\
        --cfg-options data_root=data/imagenet/train
Smoke:  … --cfg-options data_root=PICTURES epochs=2 warmup_epochs=1 batch_size=8
Cost:   not measured
Expect: ImageNet fine-tuned 83.3 %, linear 64.4 %
Source: arXiv 2111.06377, Figure 7
"""

_base_ = ["vit-l_pixel_800e.py"]

method = "mae-schedule-200"
epochs = 200
