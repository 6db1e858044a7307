"""Any small set of class folders, end-to-end fine-tuning of ViT-Ti/16 at 128 x 128.

Run     python -m transfer.classify transfer/configs/imagenet/finetune_mini.py --work-dir \
            runs/mini/finetune --cfg-options data_root=PATH/TO/FOLDERS \
            model.backbone.init_cfg.checkpoint=mae-ti.pth
Smoke   add epochs=2
Cost    70 s of one core of an AMD EPYC, start included, for 334 and 279 pictures
Expect  chance, or little above it, from minutes of pretraining; compare differences only
Source  finetune_vit-b_100e.py; sizes are this project's
"""

_base_ = "../_base_/imagenet_finetune.py"

epochs = 5
warmup_epochs = 1
batch_size = 32
device_batch_size = 32
base_lr = 4e-3  # per 256 pictures
workers = 0  # on a CPU: the process itself loads
model = dict(
    num_classes=None,
    backbone=dict(arch="tiny", img_size=128, drop_path_rate=0.0),
    mixup=0.0,
    cutmix=0.0,
)
train_dataloader = dict(dataset=dict(scale=(0.35, 1.0)))
optim_wrapper = dict(dtype="float32")
default_hooks = dict(logger=dict(interval=10), throughput=dict(interval=10))
