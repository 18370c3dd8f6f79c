  # All blocks of a model whose attention and MLP read the same x.
  def blocks(self: __torch__.Mod, x: Tensor, w: List[Tensor], keys: List[Tensor], values: List[Tensor],
    turn: ${turn}) -> Tensor:
    for i in range(torch.len(keys)):
      x = x + self.block(x, w, i, keys, values, turn)
    return x
