"""COCO, Mask R-CNN with FPN on ViT-B: the MAE paper's detection protocol (Table 4).

Run     mim train mmdetection transfer/configs/coco/mask-rcnn_vit-b_fpn_lsj-100e.py \
            --gpus 8 --launcher pytorch --work-dir runs/coco/mae-b --cfg-options \
            model.backbone.init_cfg.checkpoint=mae-b.pth data_root=PATH/TO/coco
Smoke   add train_dataloader.batch_size=1 train_cfg.max_iters=2 val_dataloader.dataset.indices=2,
        without --gpus and --launcher; on a CPU also optim_wrapper.dtype=float32
Cost    8 GPUs: not measured; smoke run: 12 GB of memory, about 100 s an iteration on 2 CPU cores
Expect  MAE 1600 epochs 50.3 box AP; supervised 47.9 box, 42.9 mask; the best of 25, 50 and 100
        epochs, here 100: add schedule.epochs=25 cell.tuned=[schedule.epochs] for the others.
        MIMDet's reproduction: 48.0, 50.2, 50.4 box AP of MAE after 25, 50, 100 epochs
Source  Li et al., https://arxiv.org/abs/2111.11429, sections 2.1-2.4 and 4.2: window 14 with a
        global block at the end of each quarter, shared relative position, AdamW 8e-5, no layer
        decay, batch 64. MAE, BEiT and supervised share these settings; MoCo v3 has
        optim_wrapper.optimizer.lr=1.6e-4, random initialisation a variant of its own. No decay on
        norms, positions and position tables: MIMDet's reproduction; the paper does not say.
"""

_base_ = "../_base_/mask-rcnn.py"

norm_cfg = dict(type="SyncBN", requires_grad=True)
model = dict(
    backbone=dict(
        out_indices=(2, 5, 8, 11),
        window_size=14,
        global_blocks=(2, 5, 8, 11),
        rel_pos="shared-table",
        drop_path_rate=0.1,
    ),
    neck=[
        dict(type="MultiLevelPyramid", embed_dims=768, norm="GN"),
        dict(
            type="FPN",
            in_channels=[768, 768, 768, 768],
            out_channels=256,
            num_outs=5,
            norm_cfg=norm_cfg,
        ),
    ],
    roi_head=dict(bbox_head=dict(norm_cfg=norm_cfg), mask_head=dict(norm_cfg=norm_cfg)),
)
optim_wrapper = dict(
    optimizer=dict(lr=8e-5),
    paramwise_cfg=dict(layer_decay=1.0, no_decay=["norm", "pos_embed", "relative_position"]),
)
# An epoch is 118000 / 64 = 1843.75 iterations; transfer/schedule.py holds the rule.
schedule = dict(
    batch=64, pictures=118000, epochs=100, warmup_epochs=0.25, val_epochs=10, rescale="linear"
)
train_cfg = dict(max_iters=184375, val_interval=18438)  # 100 and 10 epochs
param_scheduler = [
    # 461: a quarter of an epoch
    dict(type="LinearLR", start_factor=1e-3, by_epoch=False, begin=0, end=461),
    dict(type="CosineAnnealingLR", eta_min=0, by_epoch=False, begin=0),  # to the last iteration
]
