  # GPT-NeoX: rotary on part of each head, biases everywhere, fused QKV interleaved by head.
  # Weights, in order: embedding; sixteen a layer (norm, norm, each with its bias; qkv, dense, up,
  # down, each with its scales and its bias); final norm and its bias.

  def attention(self: __torch__.Mod, x: Tensor, w: List[Tensor], layer: int, keys: List[Tensor], values: List[Tensor],
    turn: ${turn}) -> Tensor:
    cos, sin, _0, _1, _2, _3, _4 = turn
    o = 1 + layer * 16
    d = ${head_dim}
    n1 = torch.layer_norm(x, [x.size(1)], w[o], w[o + 1], ${eps})
    qkv = torch.to(self.linear(n1, w[o + 4], w[o + 5], w[o + 6]), 6).view([x.size(0), ${heads}, 3 * d])
    q = self.rotate_half(qkv[..., :d], cos, sin)
    k = self.rotate_half(qkv[..., d:2 * d], cos, sin)
    a = self.attend(q, k, qkv[..., 2 * d:], keys[layer], values[layer], turn)
    return self.linear(torch.to(a, ops.prim.dtype(x)), w[o + 7], w[o + 8], w[o + 9])

  def mlp(self: __torch__.Mod, x: Tensor, w: List[Tensor], layer: int) -> Tensor:
    o = 1 + layer * 16
    n2 = torch.layer_norm(x, [x.size(1)], w[o + 2], w[o + 3], ${eps})
    return self.linear(self.linear_act(n2, w[o + 10], w[o + 11], w[o + 12]), w[o + 13], w[o + 14], w[o + 15])

  # What a block with parallel residual adds to x: attention and MLP both read x.
  def block(self: __torch__.Mod, x: Tensor, w: List[Tensor], layer: int, keys: List[Tensor], values: List[Tensor],
    turn: ${turn}) -> Tensor:
    return self.attention(x, w, layer, keys, values, turn) + self.mlp(x, w, layer)
