"""Attention with a learned bias, a chunk of queries at a time: no [B, h, T, T] is ever whole.

PyTorch's fused kernel for the CPU takes a bias but gives it no gradient, and falls back to one that
writes out every score several times. Here the kernel runs forward with the bias of one chunk, and
the backward pass computes the chunk's probabilities again, as flash attention does
(https://arxiv.org/abs/2205.14135, appendix B.2): with P the probabilities, O the output and dO its
gradient, dV = Pᵀ dO, dS = P ∘ (dO Vᵀ − rowsum(dO ∘ O)), dQ = dS K, dK = dSᵀ Q, and dS is the
gradient of the bias. The backward pass is in float32 (or float64) also for lower precisions.

Shapes: B images or windows, h heads, T tokens, d head width; a chunk is b images, c heads, R
queries.
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from backbones.relative_position import Bias, Chunk

SCORES = 2**20  # in a chunk: 4 MB in float32, which stays in the cache


def chunks(images: int, heads: int, tokens: int, bias: Bias) -> Iterator[Chunk]:
    """Chunks of about `SCORES` scores: many images where they are small, else rows of one."""
    gh, gw = bias.grid
    r = max(1, min(gh, SCORES // (tokens * gw)))
    b = max(1, min(images, SCORES // (tokens * r * gw)))
    c = max(1, min(heads, SCORES // (tokens * r * gw * b)))
    for head in range(0, heads, c):
        for row in range(0, gh, r):
            for image in range(0, images, b):
                yield Chunk(
                    slice(image, min(image + b, images)),
                    slice(head, min(head + c, heads)),
                    range(row, min(row + r, gh)),
                )


class Scores:
    """The bias of one chunk after the other, in the same piece of memory."""

    def __init__(self, q: Tensor, bias: Bias) -> None:
        self.images, self.heads, self.tokens = q.shape[:3]
        self.bias = bias
        self.dtype = torch.promote_types(q.dtype, torch.float32)
        self.memory = torch.empty(0, dtype=self.dtype, device=q.device)

    def __iter__(self) -> Iterator[tuple[Chunk, slice, Tensor]]:
        """Each chunk, its queries among the tokens, and its bias `[b or 1, c, R, T]`."""
        for chunk in chunks(self.images, self.heads, self.tokens, self.bias):
            queries = chunk.queries(self.bias.grid[1], self.bias.prefix)
            if self.bias.per_image or chunk.images.start == 0:  # else it is there already
                bias = self.empty(chunk, queries)
                self.bias.write(chunk, bias)
            yield chunk, queries, bias

    def empty(self, chunk: Chunk, queries: slice) -> Tensor:
        images = chunk.images.stop - chunk.images.start if self.bias.per_image else 1
        heads = chunk.heads.stop - chunk.heads.start
        shape = (images, heads, queries.stop - queries.start, self.tokens)
        size = torch.Size(shape).numel()
        if len(self.memory) < size:
            self.memory = self.memory.new_empty(size)
        return self.memory[:size].view(shape)


class ChunkedAttention(torch.autograd.Function):
    """`apply(q, k, v, type of bias, *its tensors)`, see `chunked_attention`."""

    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, kind: type, *tensors: Tensor | None
    ) -> Tensor:
        q, k, v = q.contiguous(), k.contiguous(), v.contiguous()
        B, h, T, d = q.shape
        out = q.new_empty(B, T, h, d).transpose(1, 2)  # heads join without a copy
        with torch.autocast(q.device.type, enabled=False):
            for chunk, queries, bias in Scores(q, kind(*tensors)):
                at = (chunk.images, chunk.heads)
                out[*at, queries] = F.scaled_dot_product_attention(
                    q[*at, queries], k[at], v[at], attn_mask=bias
                )
        ctx.kind = kind
        ctx.save_for_backward(q, k, v, out, *tensors)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, out, *tensors = ctx.saved_tensors
        scores = Scores(q, ctx.kind(*tensors))
        dtype, scale = scores.dtype, q.shape[-1] ** -0.5
        dq, dk, dv = (torch.zeros_like(x, dtype=dtype) for x in (q, k, v))
        dbias = ctx.kind(*(x if x is None else torch.zeros_like(x, dtype=dtype) for x in tensors))
        with torch.autocast(q.device.type, enabled=False):
            for chunk, queries, bias in scores:
                at = (chunk.images, chunk.heads)
                q_, k_, v_, grad_, out_ = (
                    x.to(dtype).flatten(0, 1)  # [b c, R or T, d]
                    for x in (q[*at, queries], k[at], v[at], grad[*at, queries], out[*at, queries])
                )
                shape = (-1, bias.shape[1])
                q_ = q_ * scale
                P = torch.bmm(q_, k_.transpose(1, 2))  # [b c, R, T]
                P.unflatten(0, shape).add_(bias)
                torch.softmax(P, dim=-1, out=P)
                dS = torch.bmm(grad_, v_.transpose(1, 2))  # [b c, R, T]
                dS -= (grad_ * out_).sum(-1, keepdim=True)
                dS *= P
                dv[at] += torch.bmm(P.transpose(1, 2), grad_).unflatten(0, shape)
                dk[at] += torch.bmm(dS.transpose(1, 2), q_).unflatten(0, shape)
                dq[*at, queries] = torch.bmm(dS, k_).unflatten(0, shape) * scale
                dbias.add_gradient(chunk, dS.unflatten(0, shape))
        gradients = (dq.to(q.dtype), dk.to(k.dtype), dv.to(v.dtype))
        of_bias = (
            None if x is None else dx.to(x.dtype) for x, dx in zip(tensors, dbias, strict=True)
        )
        return *gradients, None, *of_bias


@torch.compiler.disable
def chunked_attention(q: Tensor, k: Tensor, v: Tensor, bias: Bias) -> Tensor:
    """softmax(q kᵀ / √d + bias) v for `[B, h, T, d]` each, with gradients for all, bias included.

    The gradient itself cannot be differentiated again.
    """
    out: Tensor = ChunkedAttention.apply(q, k, v, type(bias), *bias)
    return out
