  # GPT-J: one norm a block, attention and MLP side by side, rotary in the interleaved form, no
  # biases in attention. Weights, in order: embedding; sixteen a layer (norm and its bias; q, k, v, out,
  # each with its scales; up, down, each with its scales and its bias); final norm and its bias.

  # What a block adds to x.
  def block(self: __torch__.Mod, x: Tensor, w: List[Tensor], layer: int, keys: List[Tensor], values: List[Tensor],
    turn: ${turn}) -> Tensor:
    cos, sin, _0, _1, _2, _3, _4 = turn
    o = 1 + layer * 16
    shape = [x.size(0), ${heads}, ${head_dim}]
    n1 = torch.layer_norm(x, [x.size(1)], w[o], w[o + 1], ${eps})
    q = self.rotate_every_two(torch.to(self.linear(n1, w[o + 2], w[o + 3], None), 6).view(shape), cos, sin)
    k = self.rotate_every_two(torch.to(self.linear(n1, w[o + 4], w[o + 5], None), 6).view(shape), cos, sin)
    v = torch.to(self.linear(n1, w[o + 6], w[o + 7], None), 6).view(shape)
    a = self.attend(q, k, v, keys[layer], values[layer], turn)
    a = self.linear(torch.to(a, ops.prim.dtype(x)), w[o + 8], w[o + 9], None)
    return a + self.linear(self.linear_act(n1, w[o + 10], w[o + 11], w[o + 12]), w[o + 13], w[o + 14], w[o + 15])
