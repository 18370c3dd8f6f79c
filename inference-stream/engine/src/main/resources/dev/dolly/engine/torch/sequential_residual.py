  # All blocks of a model whose MLP reads what attention made of x.
  def blocks(self: __torch__.Mod, x: Tensor, w: List[Tensor], keys: List[Tensor], values: List[Tensor],
    turn: ${turn}) -> Tensor:
    for i in range(torch.len(keys)):
      x = x + self.attention(x, w, i, keys, values, turn)
      x = x + self.mlp(x, w, i)
    return x
