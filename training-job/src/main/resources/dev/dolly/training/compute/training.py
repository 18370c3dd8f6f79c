  # Forward, backward and update of a decoder, unit by unit: embedding, blocks, head. What is common
  # to all architectures; `block` is each one's own. The tokens of several records lie end to end,
  # [tokens, ...], and attention stays within each record: `lengths` [records] says where they end.
  # A unit's weights are one flat tensor, matrices first; what lies behind them is the padding that
  # lets it be cut into equal shards.

  # Some shapes' tensors out of a flat one; as leaves, autograd finds their gradients.
  def views(self: __torch__.Mod, flat: Tensor, shapes: List[List[int]], leaves: bool) -> List[Tensor]:
    w = annotate(List[Tensor], [])
    at = 0
    for i in range(torch.len(shapes)):
      size = 1
      for j in range(torch.len(shapes[i])):
        size = size * shapes[i][j]
      v = torch.narrow(flat, 0, at, size).view(shapes[i])
      if leaves:
        v = torch.requires_grad_(torch.detach(v), True)
      _1 = torch.append(w, v)
      at = at + size
    return w

  # The opposite: gradients end to end, padded with zeros to the flat weights' size.
  def flat(self: __torch__.Mod, grads: List[Tensor], like: Tensor) -> Tensor:
    parts = annotate(List[Tensor], [])
    left = like.size(0)
    for i in range(torch.len(grads)):
      g = torch.to(grads[i].reshape([-1]), ops.prim.dtype(like))
      _1 = torch.append(parts, g)
      left = left - g.size(0)
    if left > 0:
      _2 = torch.append(parts, torch.zeros([left], dtype=ops.prim.dtype(like), device=ops.prim.device(like)))
    return torch.cat(parts, 0)

  def gradients(self: __torch__.Mod, y: Tensor, leaves: List[Tensor], dy: Tensor) -> List[Tensor]:
    dys = annotate(List[Optional[Tensor]], [dy])
    found = ops.aten.grad([y], leaves, dys, None, False, False)
    grads = annotate(List[Tensor], [])
    for i in range(torch.len(found)):
      _1 = torch.append(grads, unchecked_cast(Tensor, found[i]))
    return grads

  # Rows of a rotary table, one a token, for all heads: -> [tokens, 1, dims]
  def rotation(self: __torch__.Mod, table: Tensor, positions: Tensor) -> Tensor:
    return torch.index_select(table, 0, positions).unsqueeze(1)

  # q, k, v [tokens, heads, head_dim] -> [tokens, heads * head_dim]
  def attention(self: __torch__.Mod, q: Tensor, k: Tensor, v: Tensor, lengths: Tensor) -> Tensor:
    ends = annotate(List[int], [])
    for i in range(lengths.size(0)):
      _1 = torch.append(ends, int(torch.select(lengths, 0, i)))
    qs = torch.split_with_sizes(q.transpose(0, 1).unsqueeze(0), ends, 2)
    ks = torch.split_with_sizes(k.transpose(0, 1).unsqueeze(0), ends, 2)
    vs = torch.split_with_sizes(v.transpose(0, 1).unsqueeze(0), ends, 2)
    outs = annotate(List[Tensor], [])
    for i in range(torch.len(ends)):
      _2 = torch.append(outs, torch.scaled_dot_product_attention(qs[i], ks[i], vs[i], None, 0., True))
    return torch.cat(outs, 2).squeeze(0).transpose(0, 1).reshape([q.size(0), q.size(1) * q.size(2)])

  # -> [tokens, hidden_size] of the type of `like`
  def embed(self: __torch__.Mod, ids: Tensor, weights: Tensor, like: Tensor) -> Tensor:
    shapes = ${embedding_shapes}
    x = torch.embedding(self.views(weights, shapes, False)[0], ids)
    return torch.to(x, ops.prim.dtype(like))

  # Sums the rows of equal ids in fp32: a frequent token's gradient has hundreds of terms.
  def embed_backward(self: __torch__.Mod, ids: Tensor, weights: Tensor, dx: Tensor) -> Tensor:
    shapes = ${embedding_shapes}
    found, at = torch._unique(ids, True, True)
    sums = ops.aten.embedding_dense_backward(torch.to(dx, 6), at, found.size(0), -1, False)
    g = torch.zeros_like(weights)
    _1 = torch.index_copy_(self.views(g, shapes, False)[0], 0, found, torch.to(sums, ops.prim.dtype(weights)))
    return g

  def block_forward(self: __torch__.Mod, x: Tensor, weights: Tensor, cos: Tensor, sin: Tensor, lengths: Tensor) -> Tensor:
    shapes = ${block_shapes}
    return self.block(x, self.views(weights, shapes, False), cos, sin, lengths)

  # Computes the block again, so that nothing but its input was kept. -> gradients of x and weights
  def block_backward(self: __torch__.Mod, x: Tensor, weights: Tensor, cos: Tensor, sin: Tensor, lengths: Tensor, dy: Tensor) -> List[Tensor]:
    shapes = ${block_shapes}
    leaves = [torch.requires_grad_(torch.detach(x), True)]
    w = self.views(weights, shapes, True)
    y = self.block(leaves[0], w, cos, sin, lengths)
    for i in range(torch.len(w)):
      _1 = torch.append(leaves, w[i])
    grads = self.gradients(y, leaves, dy)
    dx = grads[0]
    return [dx, self.flat(grads[1:], weights)]

  def logits(self: __torch__.Mod, x: Tensor, w: List[Tensor]) -> Tensor:
    if ${head_bias}:
      z = torch.linear(x, w[0], w[3])
    else:
      z = torch.linear(x, w[0])
    return z

  # Sum of the cross entropies, fp64. Leaves in z the gradient of z, times scale where there is one:
  # a few rows at a time, so that they stay in the cache from the first look to the last.
  def cross_entropy(self: __torch__.Mod, z: Tensor, targets: Tensor, scale: Optional[Tensor]) -> Tensor:
    loss = torch.zeros([], dtype=7, device=ops.prim.device(z))
    rows = z.size(0)
    chunk = ops.prim.max(1, 262144 // z.size(1))
    for i in range((rows + chunk - 1) // chunk):
      size = ops.prim.min(chunk, rows - i * chunk)
      part = torch.narrow(z, 0, i * chunk, size)
      target = torch.narrow(targets, 0, i * chunk, size).unsqueeze(1)
      y = torch.to(part, 6)
      wanted = torch.gather(y, 1, target)
      most = torch.amax(y, [-1], True)
      p = torch.exp_(torch.sub_(y, most))
      sum = torch.sum(p, [-1], True)
      loss = loss + torch.sum(torch.to(torch.log(sum) + most - wanted, 7))
      if scale is not None:
        factor = unchecked_cast(Tensor, scale)
        _1 = torch.mul_(p, factor / sum)
        _2 = torch.scatter_add_(p, 1, target, torch.neg(factor).expand([size, 1]))
        _3 = torch.copy_(part, p)
    return loss

  # x [tokens, hidden_size]; rows: the tokens that predict labels; targets: those labels
  # -> the sum of their losses, fp64
  def head_loss(self: __torch__.Mod, x: Tensor, weights: Tensor, rows: Tensor, targets: Tensor) -> Tensor:
    shapes = ${head_shapes}
    w = self.views(weights, shapes, False)
    n = torch.layer_norm(torch.index_select(x, 0, rows), [x.size(1)], w[1], w[2], ${eps})
    return self.cross_entropy(self.logits(n, w), targets, None)

  # scale: fp32 scalar, one over the labels of the whole global batch
  # -> the sum of the losses, fp64, not scaled; gradients of x and weights
  def head_backward(self: __torch__.Mod, x: Tensor, weights: Tensor, rows: Tensor, targets: Tensor, scale: Tensor) -> List[Tensor]:
    shapes = ${head_shapes}
    w = self.views(weights, shapes, False)
    xs = torch.requires_grad_(torch.detach(torch.index_select(x, 0, rows)), True)
    norm = torch.requires_grad_(torch.detach(w[1]), True)
    bias = torch.requires_grad_(torch.detach(w[2]), True)
    n = torch.layer_norm(xs, [x.size(1)], norm, bias, ${eps})
    nd = torch.detach(n)
    z = self.logits(nd, w)
    loss = self.cross_entropy(z, targets, scale)
    grads = self.gradients(n, [xs, norm, bias], torch.matmul(z, w[0]))
    all = [torch.matmul(z.t(), nd), grads[1], grads[2]]
    if ${head_bias}:
      _1 = torch.append(all, torch.sum(z, [0], False))
    dx = torch.index_copy_(torch.zeros_like(x), 0, rows, grads[0])
    return [loss, dx, self.flat(all, weights)]
