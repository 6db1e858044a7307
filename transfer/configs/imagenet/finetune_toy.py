"""Toy scenes as class folders, end-to-end fine-tuning on the demo's ViT.

Run     python -m transfer.toy data/toy --size 96
        python -m transfer.classify transfer/configs/imagenet/finetune_toy.py --work-dir \
            runs/toy/finetune --cfg-options data_root=data/toy/imagenet \
            model.backbone.init_cfg.checkpoint=mae.pth
Smoke   add epochs=2
Cost    60 s of one core of an AMD EPYC, start included
Expect  57.0 top-1 from 22 epochs of the demo's MAE (normalised pixels); random 53.0
        (1200 and 200 pictures)
Source  finetune_vit-b_100e.py; sizes are this project's
"""

_base_ = ["../_base_/imagenet_finetune.py", "../_base_/toy_vit.py"]

epochs = 8
warmup_epochs = 1
batch_size = 32
device_batch_size = 32
base_lr = 1.6e-2  # per 256 pictures; a tiny model takes far more than the paper's
workers = 0  # on a CPU: the process itself loads
model = dict(
    num_classes=6,
    backbone=dict(**_base_.toy_vit, drop_path_rate=0.0),
    mixup=0.0,
    cutmix=0.0,
    head_std=0.02,
)
train_dataloader = dict(dataset=dict(augment=None, scale=(0.5, 1.0)))
optim_wrapper = dict(dtype="float32")
train_cfg = dict(val_interval=4)
default_hooks = dict(logger=dict(interval=10), throughput=dict(interval=10))
