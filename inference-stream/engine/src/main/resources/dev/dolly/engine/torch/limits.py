  # What a machine allows, measured: reading memory, and the model's own matrix product.

  def read(self: __torch__.Mod, x: Tensor) -> Tensor:
    return torch.sum(x)

  def operands(self: __torch__.Mod, x: Tensor, w: Tensor, dtype: int) -> List[Tensor]:
    m = torch.to(w, dtype)
    if dtype == 6 or self.can_pack_bfloat16():
      m = self.packed(m, x.size(0))
    return [torch.to(x, dtype), m]

  def multiply(self: __torch__.Mod, operands: List[Tensor]) -> Tensor:
    x, w = operands
    return self.linear(x, w, None)
