  # What the blocks of all decoders share, whether they answer or learn: activation and rotation.

  def activate(self: __torch__.Mod, x: Tensor) -> Tensor:
    if "${activation}" == "relu":
      y = torch.relu(x)
    else:
      y = torch.gelu(x, approximate="${activation_form}")
    return y

  # Rotates the first r dimensions of each head, pairs (j, j + r/2): GPT-NeoX's form.
  # x [tokens, heads, head_dim]; cos, sin [tokens, 1, r]
  def rotate_half(self: __torch__.Mod, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    r = cos.size(-1)
    h = r // 2
    a = x[..., :r]
    turned = torch.cat([-a[..., h:], a[..., :h]], -1)
    y = a * cos + turned * sin
    if r < x.size(-1):
      y = torch.cat([y, x[..., r:]], -1)
    return y

  # Rotates the first r dimensions of each head, pairs (2j, 2j + 1): GPT-J's form.
  def rotate_every_two(self: __torch__.Mod, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    r = cos.size(-1)
    a = x[..., :r]
    turned = torch.stack([-a[..., 1::2], a[..., ::2]], -1).flatten(-2)
    y = a * cos + turned * sin
    if r < x.size(-1):
      y = torch.cat([y, x[..., r:]], -1)
    return y
