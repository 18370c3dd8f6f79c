  # The matrix product that everything runs on: x [rows, in], w [out, in] plain or packed.

  def linear(self: __torch__.Mod, x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
    if w.is_mkldnn:
      y = ops.mkldnn._linear_pointwise(x, w, b, "none", annotate(List[Optional[number]], []), "none")
    else:
      y = torch.linear(x, w, b)
    return y

  # a matrix [out, in] as oneDNN wants it for batches of about `rows`
  def packed(self: __torch__.Mod, w: Tensor, rows: int) -> Tensor:
    return ops.mkldnn._reorder_linear_weight(w, rows)

  def can_pack_bfloat16(self: __torch__.Mod) -> bool:
    return ops.mkldnn._is_mkldnn_bf16_supported()
