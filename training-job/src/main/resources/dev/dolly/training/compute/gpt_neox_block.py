  # GPT-NeoX. w: qkv, dense, up, down; norm, norm with their biases; then the biases of qkv, dense
  # (where there are such), up, down.
  def block(self: __torch__.Mod, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, lengths: Tensor) -> Tensor:
    n = x.size(0)
    h = x.size(1)
    d = h // ${heads}
    n1 = torch.layer_norm(x, [h], w[4], w[5], ${eps})
    if ${attention_bias}:
      qkv = torch.linear(n1, w[0], w[8])
    else:
      qkv = torch.linear(n1, w[0])
    q, k, v = torch.unbind(qkv.view([n, ${heads}, 3, d]), 2)
    t = ops.prim.dtype(x)
    q = torch.to(self.rotate_half(q, cos, sin), t)
    k = torch.to(self.rotate_half(k, cos, sin), t)
    a = self.attention(q, k, v, lengths)
    if ${attention_bias}:
      a = torch.linear(a, w[1], w[9])
    else:
      a = torch.linear(a, w[1])
    e = torch.len(w)
    if ${parallel}:
      n2 = torch.layer_norm(x, [h], w[6], w[7], ${eps})
      m = torch.linear(self.activate(torch.linear(n2, w[2], w[e - 2])), w[3], w[e - 1])
      y = x + a + m
    else:
      y = x + a
      n2 = torch.layer_norm(y, [h], w[6], w[7], ${eps})
      y = y + torch.linear(self.activate(torch.linear(n2, w[2], w[e - 2])), w[3], w[e - 1])
    return y
