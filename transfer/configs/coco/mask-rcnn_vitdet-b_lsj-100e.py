"""COCO, Mask R-CNN on ViTDet-B: simple feature pyramid, decomposed relative position.

Run     mim train mmdetection transfer/configs/coco/mask-rcnn_vitdet-b_lsj-100e.py \
            --gpus 8 --launcher pytorch --work-dir runs/coco/vitdet-b --cfg-options \
            model.backbone.init_cfg.checkpoint=mae-b.pth data_root=PATH/TO/coco
Smoke   add train_dataloader.batch_size=1 train_cfg.max_iters=2 val_dataloader.dataset.indices=2,
        without --gpus and --launcher; on a CPU also optim_wrapper.dtype=float32
Cost    not measured
Expect  MAE 51.6 box, 45.9 mask AP (Table 5); supervised and random initialisation have settings of
        their own: mask-rcnn_vitdet-b_lsj-50e_supervised.py, mask-rcnn_vitdet-b_lsj-300e_random.py
Source  ViTDet, https://arxiv.org/abs/2203.16527, section 3, appendix A.2 and Table 11; milestones,
        warm-up and no-decay rules as in detectron2's configs/common and projects/ViTDet
"""

_base_ = "../_base_/mask-rcnn.py"

norm_cfg = dict(type="LN2d", eps=1e-6)
model = dict(
    backbone=dict(
        out_indices=(11,),
        window_size=14,
        global_blocks=(2, 5, 8, 11),
        rel_pos="decomposed",
        drop_path_rate=0.1,
    ),
    neck=dict(
        _delete_=True, type="SimpleFeaturePyramid", embed_dims=768, out_channels=256, num_outs=5
    ),
    roi_head=dict(bbox_head=dict(norm_cfg=norm_cfg), mask_head=dict(norm_cfg=norm_cfg)),
)
optim_wrapper = dict(
    optimizer=dict(lr=1e-4),
    paramwise_cfg=dict(layer_decay=0.7, no_decay=["norm", "pos_embed"]),
)
# An epoch is 118000 / 64 = 1843.75 iterations; transfer/schedule.py holds the rule.
schedule = dict(
    batch=64,
    pictures=118000,
    epochs=100,
    warmup_iters=250,
    decay_at=(8 / 9, 26 / 27),
    val_epochs=10,
    rescale="linear",
)
train_cfg = dict(max_iters=184375, val_interval=18438)  # 100 and 10 epochs
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-3, by_epoch=False, begin=0, end=250),
    # 8/9 and 26/27 of 184375
    dict(type="MultiStepLR", milestones=[163889, 177546], gamma=0.1, by_epoch=False, begin=0),
]
