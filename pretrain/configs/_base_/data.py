"""Any folder of pictures; folder, side and batch are filled in from where they stand."""

train_dataloader = dict(
    dataset=dict(type="Pictures", scale=(0.2, 1.0)),
    sampler=dict(type="EpochSampler"),
    collate_fn=dict(type="stack_pictures"),
    drop_last=True,
)
model = dict(
    data_preprocessor=dict(
        type="NormalisePictures", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)
    )
)
