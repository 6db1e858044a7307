"""ADE20K, UperNet on ViT-B as BEiT v2 released it: its own rate, decay and drop path.

Run     as upernet_vit-b_512x512_160k.py, with BEiT v2's weights
Smoke   as upernet_vit-b_512x512_160k.py
Cost    not measured
Expect  53.1 mIoU with weights pretrained on ImageNet-1k
Source  microsoft/unilm, beit2/semantic_segmentation, upernet_beit_base_12_512_slide_160k_ade20k: lr
        5e-5, layer decay .75, drop path .15, LayerScale from .1, no absolute position
"""

_base_ = "./upernet_vit-b_512x512_160k.py"

cell = dict(variant_of="ade20k/upernet_vit-b_512x512_160k")
model = dict(backbone=dict(abs_pos=False, layer_scale=0.1, drop_path_rate=0.15))
optim_wrapper = dict(optimizer=dict(lr=5e-5), paramwise_cfg=dict(layer_decay=0.75))
