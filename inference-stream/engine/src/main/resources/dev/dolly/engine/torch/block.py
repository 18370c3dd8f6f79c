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
    h = cos.size(-1) // 2
    c = torch.narrow(cos, -1, 0, h)
    s = torch.narrow(sin, -1, 0, h)
    a, b, rest = torch.split_with_sizes(x, [h, h, x.size(-1) - 2 * h], -1)
    return torch.cat([a * c - b * s, b * c + a * s, rest], -1)

  # Rotates the first r dimensions of each head, pairs (2j, 2j + 1): GPT-J's form.
  def rotate_every_two(self: __torch__.Mod, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    r = cos.size(-1)
    c = cos[..., ::2]
    s = sin[..., ::2]
    turned, rest = torch.split_with_sizes(x, [r, x.size(-1) - r], -1)
    a, b = torch.unbind(turned.view([x.size(0), x.size(1), r // 2, 2]), -1)
    return torch.cat([torch.stack([a * c - b * s, b * c + a * s], -1).flatten(-2), rest], -1)
