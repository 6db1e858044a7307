"""ImageNet-1K, k nearest neighbours of ViT-B's features, nothing trained.

Run     torchrun --nproc-per-node 8 -m transfer.classify \
            transfer/configs/imagenet/knn_vit-b.py --launcher pytorch \
            --work-dir runs/imagenet/mae-b --cfg-options \
            model.backbone.init_cfg.checkpoint=mae-b.pth data_root=PATH/TO/imagenet
Smoke   without torchrun and --launcher: add model.k=2 model.more_k=[] batch_size=4
            train_dataloader.dataset.limit=4 val_dataloader.dataset.limit=4; on a CPU also
            model.dtype=float32
Cost    not measured
Expect  no published number of MAE's is known here
Source  https://arxiv.org/abs/2104.14294 (cosine, vote at temperature .07, k 20)
"""

_base_ = "../_base_/imagenet_knn.py"
