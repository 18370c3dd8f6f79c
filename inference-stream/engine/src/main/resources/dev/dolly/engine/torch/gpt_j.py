  # GPT-J: one norm a block, attention and MLP side by side, rotary in the interleaved form, no
  # biases in attention. Weights, in order: embedding; sixteen a layer (norm and its bias; q, k, v, out,
  # each with its scales; up, down, each with its scales and its bias); final norm and its bias.

  def hidden(self: __torch__.Mod, ids: Tensor, places: Tensor, spans: List[int], w: List[Tensor],
    keys: List[Tensor], values: List[Tensor], cos_table: Tensor, sin_table: Tensor) -> Tensor:
    x = torch.to(torch.embedding(w[0], ids), ops.prim.dtype(w[1]))
    n = x.size(0)
    h = x.size(1)
    shape = [n, ${heads}, h // ${heads}]
    cos = torch.index_select(cos_table, 0, places[0]).unsqueeze(1)
    sin = torch.index_select(sin_table, 0, places[0]).unsqueeze(1)
    rows = self.cache_rows(places)
    masks = self.masks(places, spans)
    singles, runs = self.singles(places, spans)
    for i in range(torch.len(keys)):
      o = 1 + i * 16
      n1 = torch.layer_norm(x, [h], w[o], w[o + 1], ${eps})
      q = self.rotate_every_two(torch.to(self.linear(n1, w[o + 2], w[o + 3], None), 6).view(shape), cos, sin)
      k = self.rotate_every_two(torch.to(self.linear(n1, w[o + 4], w[o + 5], None), 6).view(shape), cos, sin)
      v = torch.to(self.linear(n1, w[o + 6], w[o + 7], None), 6).view(shape)
      a = self.attend(q, k, v, keys[i], values[i], rows, spans, masks, singles, runs)
      a = self.linear(torch.to(a, ops.prim.dtype(x)), w[o + 8], w[o + 9], None)
      x = x + a + self.linear(self.linear_act(n1, w[o + 10], w[o + 11], w[o + 12]), w[o + 13], w[o + 14], w[o + 15])
    e = torch.len(w)
    return torch.layer_norm(x, [h], w[e - 2], w[e - 1], ${eps})
