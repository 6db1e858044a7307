"""ADE20K, UperNet on ViT-B as BEiT released it: a variant with its own rate and positions.

Run     as upernet_vit-b_512x512_160k.py, with BEiT's self-supervised weights
Smoke   as upernet_vit-b_512x512_160k.py
Cost    not measured
Expect  the MAE paper reproduced 47.1 mIoU with BEiT's code (Table 5), its learning rate searched
Source  microsoft/unilm, beit/semantic_segmentation, upernet_beit_base_12_512_slide_160k_ade20k_pt:
        lr 7e-4, LayerScale from .1, relative position in every block and no absolute one; layer
        decay .65, drop path .1, schedule, head and crop are the MAE protocol's, which follows BEiT.
"""

_base_ = "./upernet_vit-b_512x512_160k.py"

cell = dict(variant_of="ade20k/upernet_vit-b_512x512_160k")
model = dict(backbone=dict(abs_pos=False, layer_scale=0.1))
optim_wrapper = dict(optimizer=dict(lr=7e-4))
