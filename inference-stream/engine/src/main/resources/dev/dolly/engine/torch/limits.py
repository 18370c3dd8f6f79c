  # What a machine allows, measured: reading memory, and the model's own matrix product.

  def read(self: __torch__.Mod, x: Tensor) -> Tensor:
    return torch.sum(x)

  # x, w fp32 -> x, w as `linear` takes them in that type, and w's scales
  def operands(self: __torch__.Mod, x: Tensor, w: Tensor, dtype: int) -> List[Tensor]:
    none = torch.zeros([0], dtype=6)
    if dtype == 1:
      q, scales = self.quantised(w)
      result = [x, self.packed_int8(q), scales]
    else:
      m = torch.to(w, dtype)
      if dtype == 6 or self.can_pack_bfloat16():
        m = self.packed(m, x.size(0))
      result = [torch.to(x, dtype), m, none]
    return result

  def multiply(self: __torch__.Mod, operands: List[Tensor]) -> Tensor:
    x, w, scales = operands
    return self.linear(x, w, scales, None)
