  # GPT-NeoX: rotary on part of each head, biases everywhere, fused QKV interleaved by head.
  # Weights, in order: embedding; sixteen a layer (norm, norm, each with its bias; qkv, dense, up,
  # down, each with its scales and its bias); final norm and its bias.

  def hidden(self: __torch__.Mod, ids: Tensor, places: Tensor, spans: List[int], w: List[Tensor],
    keys: List[Tensor], values: List[Tensor], cos_table: Tensor, sin_table: Tensor) -> Tensor:
    x = torch.to(torch.embedding(w[0], ids), ops.prim.dtype(w[1]))
    n = x.size(0)
    h = x.size(1)
    d = h // ${heads}
    cos = torch.index_select(cos_table, 0, places[0]).unsqueeze(1)
    sin = torch.index_select(sin_table, 0, places[0]).unsqueeze(1)
    rows = self.cache_rows(places)
    masks = self.masks(places, spans)
    singles, runs = self.singles(places, spans)
    for i in range(torch.len(keys)):
      o = 1 + i * 16
      n1 = torch.layer_norm(x, [h], w[o], w[o + 1], ${eps})
      qkv = torch.to(self.linear(n1, w[o + 4], w[o + 5], w[o + 6]), 6).view([n, ${heads}, 3 * d])
      q = self.rotate_half(qkv[..., :d], cos, sin)
      k = self.rotate_half(qkv[..., d:2 * d], cos, sin)
      a = self.attend(q, k, qkv[..., 2 * d:], keys[i], values[i], rows, spans, masks, singles, runs)
      a = self.linear(torch.to(a, ops.prim.dtype(x)), w[o + 7], w[o + 8], w[o + 9])
      if ${parallel}:
        n2 = torch.layer_norm(x, [h], w[o + 2], w[o + 3], ${eps})
        x = x + a + self.linear(self.linear_act(n2, w[o + 10], w[o + 11], w[o + 12]), w[o + 13], w[o + 14], w[o + 15])
      else:
        x = x + a
        n2 = torch.layer_norm(x, [h], w[o + 2], w[o + 3], ${eps})
        x = x + self.linear(self.linear_act(n2, w[o + 10], w[o + 11], w[o + 12]), w[o + 13], w[o + 14], w[o + 15])
    e = torch.len(w)
    return torch.layer_norm(x, [h], w[e - 2], w[e - 1], ${eps})
