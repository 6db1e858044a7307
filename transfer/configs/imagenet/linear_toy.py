"""Toy scenes as class folders, linear probing on the demo's ViT.

Run     python -m transfer.toy data/toy --size 96
        python -m transfer.classify transfer/configs/imagenet/linear_toy.py --work-dir \
            runs/toy/linear --cfg-options data_root=data/toy/imagenet \
            model.backbone.init_cfg.checkpoint=mae.pth
Smoke   add epochs=2
Cost    35 s of one core of an AMD EPYC, start included
Expect  54.0 top-1 from 22 epochs of the demo's MAE (normalised pixels); random 22.5
        (1200 and 200 pictures)
Source  linear_vit-b_90e.py; sizes are this project's
"""

_base_ = ["../_base_/imagenet_linear.py", "../_base_/toy_vit.py"]

epochs = 10
warmup_epochs = 1
batch_size = 64
device_batch_size = 64
base_lr = 30.0  # per 256 pictures: LARS moves weights by a thousandth of it, and steps are few
workers = 0  # on a CPU: the process itself loads
model = dict(num_classes=6, backbone=dict(**_base_.toy_vit))
train_dataloader = dict(dataset=dict(scale=(0.5, 1.0)))
optim_wrapper = dict(dtype="float32")
train_cfg = dict(val_interval=5)
default_hooks = dict(logger=dict(interval=10), throughput=dict(interval=10))
