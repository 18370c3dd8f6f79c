  # Between devices, and the update of a shard. In place, without autograd.

  # A normal tensor: one made without autograd could not take part in it.
  def allocate(self: __torch__.Mod, like: Tensor, size: Tensor, dtype: Tensor) -> Tensor:
    return torch.zeros([int(size)], dtype=int(dtype), device=ops.prim.device(like))

  # Every device's shard, end to end, into `whole`; copies between devices and types.
  def gather(self: __torch__.Mod, whole: Tensor, shards: List[Tensor]) -> Tensor:
    at = 0
    for i in range(torch.len(shards)):
      size = shards[i].size(0)
      _1 = torch.copy_(torch.narrow(whole, 0, at, size), shards[i])
      at = at + size
    return torch.narrow(whole, 0, 0, at)

  # The sum, in order, of what each device found for the slice that begins at `at`.
  def reduce(self: __torch__.Mod, shard: Tensor, found: List[Tensor], at: int, add: bool) -> int:
    size = shard.size(0)
    if torch.len(found) == 1:
      sum = torch.to(torch.narrow(found[0], 0, at, size), ops.prim.device(shard), None, True, False)
    else:
      sum = torch.zeros([size], dtype=6, device=ops.prim.device(shard))
      for i in range(torch.len(found)):
        part = torch.to(torch.narrow(found[i], 0, at, size), ops.prim.device(shard), None, True, False)
        _1 = torch.add_(sum, part)
    if add:
      _2 = torch.add_(shard, sum)
    else:
      _3 = torch.copy_(shard, sum)
    return 0

  def zero(self: __torch__.Mod, shard: Tensor) -> int:
    _1 = torch.zero_(shard)
    return 0

  # Of all elements, in pieces: summing up bf16 at once is several times slower.
  def square(self: __torch__.Mod, shard: Tensor) -> float:
    sum = torch.zeros([], dtype=7, device=ops.prim.device(shard))
    piece = 1048576
    for i in range((shard.size(0) + piece - 1) // piece):
      g = torch.to(torch.narrow(shard, 0, i * piece, ops.prim.min(piece, shard.size(0) - i * piece)), 6)
      sum = sum + torch.to(torch.dot(g, g), 7)
    return float(sum)

  def number(self: __torch__.Mod, scalar: Tensor) -> float:
    return float(scalar)

  # An alias of some elements.
  def part(self: __torch__.Mod, source: Tensor, at: int, size: int) -> Tensor:
    return torch.narrow(source, 0, at, size)

  # AdamW in place. The lists hold one tensor each and come from outside: what changes a list that is
  # made here is taken for dead code. Gradients are divided by `divisor`: clipping.
  def update(self: __torch__.Mod, master: List[Tensor], mean: List[Tensor], square: List[Tensor], grad: Tensor,
    step: float, divisor: float, rate: float, beta1: float, beta2: float, epsilon: float, decay: float) -> int:
    steps = [torch.full([], step, dtype=6, device=ops.prim.device(grad))]
    scale = torch.full([], divisor, dtype=6, device=ops.prim.device(grad))
    ops.aten._fused_adamw_(master, [torch.to(grad, 6)], mean, square, annotate(List[Tensor], []), steps,
      lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False,
      grad_scale=scale)
    return 0

  # The product that forward passes are made of, in some type.
  def product(self: __torch__.Mod, x: Tensor, w: Tensor) -> Tensor:
    return torch.linear(x, w)

  def cast(self: __torch__.Mod, x: Tensor, dtype: int) -> Tensor:
    return torch.to(x, dtype)

  # bytes [n] uint8 of a stored dtype into a part of an fp32 tensor
  def restore(self: __torch__.Mod, target: Tensor, at: int, bytes: Tensor, dtype: int) -> int:
    x = torch.view_copy(bytes, dtype=dtype)
    _1 = torch.copy_(torch.narrow(target, 0, at, x.size(0)), x)
    return 0

  # The other way: a part of a tensor in some dtype, as bytes
  def stored_bytes(self: __torch__.Mod, source: Tensor, at: int, size: int, dtype: int) -> Tensor:
    return torch.view_copy(torch.to(torch.narrow(source, 0, at, size), dtype), dtype=0)

  def round(self: __torch__.Mod, weights: Tensor, master: Tensor) -> int:
    _1 = torch.copy_(weights, master)
    return 0
