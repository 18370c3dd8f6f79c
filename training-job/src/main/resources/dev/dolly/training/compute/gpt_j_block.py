  # GPT-J. w: q, k, v, out, up, down; norm and its bias; the biases of up and down.
  def block(self: __torch__.Mod, x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, lengths: Tensor) -> Tensor:
    n = x.size(0)
    h = x.size(1)
    shape = [n, ${heads}, h // ${heads}]
    t = ops.prim.dtype(x)
    n1 = torch.layer_norm(x, [h], w[6], w[7], ${eps})
    q = torch.to(self.rotate_every_two(torch.linear(n1, w[0]).view(shape), cos, sin), t)
    k = torch.to(self.rotate_every_two(torch.linear(n1, w[1]).view(shape), cos, sin), t)
    a = self.attention(q, k, torch.linear(n1, w[2]).view(shape), lengths)
    m = torch.linear(self.activate(torch.linear(n1, w[4], w[8])), w[5], w[9])
    return x + torch.linear(a, w[3]) + m
