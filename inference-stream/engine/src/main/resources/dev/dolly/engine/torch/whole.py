  # A decoder's pass over a ragged batch: as one call, and in the parts between which the ranks of a
  # sharded one add up what each has.

  def hidden(self: __torch__.Mod, ids: Tensor, places: Tensor, spans: List[int], w: List[Tensor],
    keys: List[Tensor], values: List[Tensor], cos_table: Tensor, sin_table: Tensor) -> Tensor:
    turn = self.begin(places, spans, cos_table, sin_table)
    x = torch.to(torch.embedding(w[0], ids), ops.prim.dtype(w[1]))
    return self.end(self.blocks(x, w, keys, values, turn), w)

  # What all blocks of a pass need: cos and sin of the tokens, their rows in the cache, the
  # stretches, masks, and those of one token.
  def begin(self: __torch__.Mod, places: Tensor, spans: List[int], cos_table: Tensor, sin_table: Tensor) -> ${turn}:
    cos = torch.index_select(cos_table, 0, places[0]).unsqueeze(1)
    sin = torch.index_select(sin_table, 0, places[0]).unsqueeze(1)
    singles, runs = self.singles(places, spans)
    return (cos, sin, self.cache_rows(places), spans, self.masks(places, spans), singles, runs)

  # The embeddings of those ids that this rank has the rows of, from `first` on; zeros for others.
  def embedded(self: __torch__.Mod, ids: Tensor, w: List[Tensor], first: int) -> Tensor:
    row = ids - first
    others = torch.logical_or(row < 0, row >= w[0].size(0))
    x = torch.embedding(w[0], torch.masked_fill(row, others, 0))
    return torch.to(torch.masked_fill(x, others.unsqueeze(1), 0.), ops.prim.dtype(w[1]))

  # The all-reduce: every rank adds the ranks' parts in the same order, so all go on with equal bits.
  def reduced(self: __torch__.Mod, parts: List[Tensor]) -> Tensor:
    sum = parts[0]
    for i in range(1, torch.len(parts)):
      sum = sum + torch.to(parts[i], ops.prim.device(sum), None, False, False)
    return sum

  def added(self: __torch__.Mod, x: Tensor, parts: List[Tensor]) -> Tensor:
    return x + torch.to(self.reduced(parts), ops.prim.device(x), None, False, False)

  # The ranks' columns of the logits, one beside the other, on the first's device.
  def gathered(self: __torch__.Mod, parts: List[Tensor]) -> Tensor:
    moved = annotate(List[Tensor], [])
    for i in range(torch.len(parts)):
      _1 = torch.append(moved, torch.to(parts[i], ops.prim.device(parts[0]), None, False, False))
    return torch.cat(moved, -1)

  def end(self: __torch__.Mod, x: Tensor, w: List[Tensor]) -> Tensor:
    e = torch.len(w)
    return torch.layer_norm(x, [x.size(1)], w[e - 2], w[e - 1], ${eps})
