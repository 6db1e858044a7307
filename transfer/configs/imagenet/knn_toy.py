"""Toy scenes as class folders, nearest neighbours on the demo's ViT.

Run     python -m transfer.toy data/toy --size 96
        python -m transfer.classify transfer/configs/imagenet/knn_toy.py --work-dir \
            runs/toy/knn --cfg-options data_root=data/toy/imagenet \
            model.backbone.init_cfg.checkpoint=mae.pth
Smoke   add train_dataloader.dataset.limit=64
Cost    10 s of one core of an AMD EPYC, start included
Expect  48.0 top-1 from 22 epochs of the demo's MAE (normalised pixels); random 19.0
        (1200 and 200 pictures)
Source  knn_vit-b.py; sizes are this project's
"""

_base_ = ["../_base_/imagenet_knn.py", "../_base_/toy_vit.py"]

batch_size = 64
workers = 0  # on a CPU: the process itself loads
model = dict(num_classes=6, backbone=dict(**_base_.toy_vit), k=10, more_k=(1, 5), dtype="float32")
default_hooks = dict(logger=dict(interval=10), throughput=dict(interval=10))
