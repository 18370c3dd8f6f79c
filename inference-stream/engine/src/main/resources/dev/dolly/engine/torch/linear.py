  # The matrix product that everything runs on. x [rows, in]; w [out, in], plain or packed, or packed
  # int8 numbers times `scales` [out], which is empty for the others.

  def linear(self: __torch__.Mod, x: Tensor, w: Tensor, scales: Tensor, b: Optional[Tensor]) -> Tensor:
    if torch.numel(scales) > 0:
      y = self.linear_int8(x, w, scales, b)
    else:
      if w.is_mkldnn:
        y = ops.mkldnn._linear_pointwise(x, w, b, "none", annotate(List[Optional[number]], []), "none")
      else:
        y = torch.linear(x, w, b)
    return y

  # Products and sums of integers are exact, so a row's bits depend on nothing but the row. The
  # kernel knows one scale and one offset for all of x; each row's own comes afterwards, with b.
  def linear_int8(self: __torch__.Mod, x: Tensor, w: Tensor, scales: Tensor, b: Optional[Tensor]) -> Tensor:
    q, scale = self.rounded(x)
    y = self.multiply_int8(q, ${zero}, w, scales)
    if b is not None:
      y = torch.addcmul(b, y, scale)
    else:
      y = torch.mul_(y, scale)
    return y

  # q [rows, in] unsigned 8-bit numbers that count from `zero` -> [rows, out] fp32
  def multiply_int8(self: __torch__.Mod, q: Tensor, zero: int, w: Tensor, scales: Tensor) -> Tensor:
    none = annotate(List[Optional[number]], [])
    return ops.onednn.qlinear_pointwise(q, 1., zero, w, scales, torch.zeros([1], dtype=3), None, 1., 0, 6, "none", none, "")

  # x fp32 -> unsigned 8-bit numbers around ${zero}, and each row's scale [rows, 1], which is where
  # a NaN or an infinity of the row goes, and the zero of a row of zeros
  def rounded(self: __torch__.Mod, x: Tensor) -> Tuple[Tensor, Tensor]:
    scale = torch.amax(torch.abs(x), [-1], True) / ${levels}.
    return (torch.to(torch.add_(x / scale, ${zero}.5), 0), scale)

  # rows of a matrix fp32 -> int8 numbers, and each row's scale
  def quantised(self: __torch__.Mod, w: Tensor) -> List[Tensor]:
    scale = torch.clamp(torch.amax(torch.abs(w), [-1]), 1e-30) / 127.
    return [torch.to(torch.round(w / scale.unsqueeze(1)), 1), scale]

  # a matrix [out, in] as oneDNN wants it for batches of about `rows`
  def packed(self: __torch__.Mod, w: Tensor, rows: int) -> Tensor:
    return ops.mkldnn._reorder_linear_weight(w, rows)

  # the same for int8 numbers
  def packed_int8(self: __torch__.Mod, w: Tensor) -> Tensor:
    return ops.onednn.qlinear_prepack(w, None)

  def can_pack_bfloat16(self: __torch__.Mod) -> bool:
    return ops.mkldnn._is_mkldnn_bf16_supported()

  # Whether the largest 8-bit products sum up rightly: processors without an instruction for it add
  # two of them in 16 bits, which the full range overflows.
  def sums_all_bits(self: __torch__.Mod) -> bool:
    w = self.packed_int8(torch.full([16, 64], 127, dtype=1))
    y = self.multiply_int8(torch.full([1, 64], 255, dtype=0), 128, w, torch.ones([16], dtype=6))
    return bool(torch.all(torch.eq(y, 127. * 127. * 64.)))
