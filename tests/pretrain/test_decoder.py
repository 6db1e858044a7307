"""What is predicted for the loss is part of what is predicted for the figure."""

import pytest
import torch
from torch.testing import assert_close

from pretrain.decoder import Decoder, LinearHead
from pretrain.masking import keep_smallest, take


@pytest.mark.parametrize("kind", ["visible-only", "complete", "linear"])
def test_hidden_features_are_those_of_all_at_their_places(kind: str) -> None:
    torch.manual_seed(0)
    masking = keep_smallest(torch.rand(3, 12), 4)
    tokens = torch.randn(3, 1 + (4 if kind == "visible-only" else 12), 8, dtype=torch.float64)
    own = kind == "visible-only"
    decoder: Decoder | LinearHead = LinearHead(8, 5)
    if kind != "linear":
        decoder = Decoder(8, (3, 4), 5, embed_dims=8, depth=2, num_heads=2, mask_token=own)
        torch.nn.init.normal_(decoder.decoder_embed.weight)
    decoder.double()
    everything = decoder(tokens, masking)
    assert everything.shape == (3, 12, 8)
    assert_close(decoder.hidden(tokens, masking), take(everything, masking.hide))
