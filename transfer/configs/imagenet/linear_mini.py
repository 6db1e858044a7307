"""Any small set of class folders, linear probing of ViT-Ti/16 at 128 x 128.

Run     python -m transfer.classify transfer/configs/imagenet/linear_mini.py --work-dir \
            runs/mini/linear --cfg-options data_root=PATH/TO/FOLDERS \
            model.backbone.init_cfg.checkpoint=mae-ti.pth
Smoke   add epochs=2
Cost    50 s of one core of an AMD EPYC, start included, for 334 and 279 pictures
Expect  chance, or little above it, from minutes of pretraining; compare differences only
Source  linear_vit-b_90e.py; sizes are this project's
"""

_base_ = "../_base_/imagenet_linear.py"

epochs = 10
warmup_epochs = 1
batch_size = 64
device_batch_size = 64
base_lr = 30.0  # per 256 pictures: LARS moves weights by a thousandth of it, and steps are few
workers = 0  # on a CPU: the process itself loads
model = dict(num_classes=None, backbone=dict(arch="tiny", img_size=128))
train_dataloader = dict(dataset=dict(scale=(0.35, 1.0)))
optim_wrapper = dict(dtype="float32")
default_hooks = dict(logger=dict(interval=10), throughput=dict(interval=10))
