  # From the bytes of a model's files to tensors.

  # bytes [n] uint8 of a tensor of a stored dtype -> some of its columns (of a vector: all of it) in a
  # compute dtype, with memory of their own
  def stored(self: __torch__.Mod, bytes: Tensor, dtype: int, shape: List[int], column: int, columns: int, compute: int) -> Tensor:
    width = shape[-1]
    if columns < width:
      rows = torch.numel(bytes) // shape[0]
      each = rows // width
      bytes = torch.narrow(bytes.view([shape[0], rows]), 1, column * each, columns * each)
      bytes = torch.contiguous(bytes).flatten()
      shape = [shape[0], columns]
    return torch.to(torch.view_copy(bytes, dtype=dtype).view(shape), compute)

  # int8 numbers [out, in] and their rows' scales [out] -> the matrix, in a compute dtype
  def restored(self: __torch__.Mod, numbers: Tensor, scales: Tensor, compute: int) -> Tensor:
    return torch.to(torch.to(numbers, 6) * scales.unsqueeze(1), compute)

  def joined(self: __torch__.Mod, pieces: List[Tensor]) -> Tensor:
    return torch.cat(pieces, 0)

  def flat(self: __torch__.Mod, x: Tensor) -> Tensor:
    return torch.flatten(x)
