"""Supervised from scratch at the demo's scale.

Run:    python -m pretrain pretrain/configs/demo/supervised.py \\
        --work-dir runs/demo/pretrain/supervised \\
        --cfg-options data_root=PICTURES/train val_root=PICTURES/val
Smoke:  … --cfg-options data_root=PICTURES epochs=3
Cost:   116 s on one core of an AMD EPYC, 1,200 pictures
Expect: after the demo's transfer 10.6 box AP, 9.8 mask AP, 37.6 mIoU
Source: arXiv 2111.06377, Table 11, made small
"""

_base_ = ["../_base_/supervised.py", "_base_.py"]

epochs = 18
base_lr = 8e-3
# A tiny ViT on few, simple pictures learns nothing under the paper's heavy regularisation.
model = dict(encoder={{_base_.encoder}}, mixup=0.0, cutmix=0.0)
train_dataloader = dict(dataset=dict(augment=None, scale=(0.5, 1.0)))
optim_wrapper = dict(optimizer=dict(weight_decay=0.05))
custom_hooks = [
    # an average over about 100 steps; the paper's 10 000 are more than the whole run
    dict(type="StepEMA", ema_type="ExponentialMovingAverage", momentum=1e-2, strict_load=True)
]
