  # What a machine allows, measured: reading memory, multiplying matrices.

  def read(self: __torch__.Mod, x: Tensor) -> Tensor:
    return torch.sum(x)

  def operands(self: __torch__.Mod, x: Tensor, w: Tensor, dtype: int) -> List[Tensor]:
    m = torch.to(w, dtype)
    if dtype == 6 or ops.mkldnn._is_mkldnn_bf16_supported():
      m = ops.mkldnn._reorder_linear_weight(m, x.size(0))
    return [torch.to(x, dtype), m]

  def multiply(self: __torch__.Mod, operands: List[Tensor]) -> Tensor:
    x, w = operands
    if w.is_mkldnn:
      y = ops.mkldnn._linear_pointwise(x, w, None, "none", annotate(List[Optional[number]], []), "none")
    else:
      y = torch.linear(x, w, None)
    return y
