"""Any small set of class folders, nearest neighbours of ViT-Ti/16 at 128 x 128.

Run     python -m transfer.classify transfer/configs/imagenet/knn_mini.py --work-dir \
            runs/mini/knn --cfg-options data_root=PATH/TO/FOLDERS \
            model.backbone.init_cfg.checkpoint=mae-ti.pth
Smoke   add train_dataloader.dataset.limit=64
Cost    14 s of one core of an AMD EPYC, start included, for 334 and 279 pictures
Expect  chance, or little above it, from minutes of pretraining; compare differences only
Source  knn_vit-b.py; sizes are this project's
"""

_base_ = "../_base_/imagenet_knn.py"

batch_size = 64
workers = 0  # on a CPU: the process itself loads
model = dict(
    num_classes=None, backbone=dict(arch="tiny", img_size=128), k=10, more_k=(1, 5), dtype="float32"
)
default_hooks = dict(logger=dict(interval=10), throughput=dict(interval=10))
