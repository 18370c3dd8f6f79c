  # What every decoder shares: attention over the cache, sampling, scoring.
  # TorchScript: a typed subset of Python that reads like PyTorch. Words in ${} are filled in when
  # the archive is packed. All [tokens, ...] tensors are ragged batches: the tokens of several
  # sequences laid end to end, without padding.

  # The first half of an MLP: linear and activation, in one kernel where the weight is packed.
  def linear_act(self: __torch__.Mod, x: Tensor, w: Tensor, scales: Tensor, b: Optional[Tensor]) -> Tensor:
    if w.is_mkldnn and torch.numel(scales) == 0:
      y = ops.mkldnn._linear_pointwise(x, w, b, "${activation}", annotate(List[Optional[number]], []), "${activation_form}")
    else:
      y = self.activate(self.linear(x, w, scales, b))
    return y

  # Where each token's key and value go: a span of the cache that begins at token `base` and holds
  # `capacity` tokens keeps one head after the other. places [5, tokens]: position in the sequence,
  # base, capacity, slot in the span, branch. -> [tokens * heads]
  def cache_rows(self: __torch__.Mod, places: Tensor) -> Tensor:
    head = torch.arange(${heads}).unsqueeze(0)
    first = (places[1] * ${heads} + places[3]).unsqueeze(1)
    return (first + places[2].unsqueeze(1) * head).flatten()

  # One mask for each span that continues an earlier chunk or has branches, of which each sees the
  # trunk and itself; the others need none.
  def masks(self: __torch__.Mod, places: Tensor, spans: List[int]) -> List[Tensor]:
    masks = annotate(List[Tensor], [])
    for i in range(torch.len(spans) // 6):
      count = spans[6 * i + 1]
      live = spans[6 * i + 4]
      if spans[6 * i + 5] == 1:
        branch = torch.narrow(places[4], 0, spans[6 * i], count)
        seen = torch.logical_or(torch.eq(branch, 0), torch.eq(branch.unsqueeze(1), branch))
        m = torch.tril(seen)
      else:
        if count > 1 and count < live:
          m = torch.tril(torch.ones([count, live], dtype=11), live - count)
        else:
          m = torch.ones([0], dtype=11)
      _1 = torch.append(masks, m)
    return masks

  # Stretches of one token, as all are while decoding: each has one row of scores a head, over its
  # live tokens, padded to whole lines of 16 by looking at the first token again; padding is masked.
  # -> [their tokens' rows, first score of each row, and of each score: its row, its cache row, 0 or
  # -inf to be added], and for each run of rows of one length: first score, rows, length
  def singles(self: __torch__.Mod, places: Tensor, spans: List[int]) -> Tuple[List[Tensor], List[int]]:
    at = annotate(List[int], [])
    live = annotate(List[int], [])
    runs = annotate(List[int], [])
    scores = 0
    for i in range(torch.len(spans) // 6):
      if spans[6 * i + 1] == 1:
        _1 = torch.append(at, spans[6 * i])
        _2 = torch.append(live, spans[6 * i + 4])
        length = (spans[6 * i + 4] + 15) // 16 * 16
        last = torch.len(runs) - 1
        if last > 0 and runs[last] == length:
          _3 = torch._set_item(runs, last - 1, runs[last - 1] + ${heads})
        else:
          _4 = torch.append(runs, scores)
          _5 = torch.append(runs, ${heads})
          _6 = torch.append(runs, length)
        scores = scores + length * ${heads}
    if scores == 0:
      return (annotate(List[Tensor], []), runs)
    tokens = torch.tensor(at)
    lives = torch.repeat_interleave(torch.tensor(live), ${heads})
    lengths = torch.floor_divide(lives + 15, 16) * 16
    starts = torch.cat([torch.zeros([1], dtype=4), torch.cumsum(lengths, 0)])
    row = torch.repeat_interleave(torch.arange(lives.size(0)), lengths)
    token = torch.arange(scores) - torch.index_select(starts, 0, row)
    padding = torch.ge(token, torch.index_select(lives, 0, row))
    mine = torch.index_select(places, 1, tokens)
    first = (mine[1] * ${heads}).unsqueeze(1) + mine[2].unsqueeze(1) * torch.arange(${heads}).unsqueeze(0)
    cached = torch.index_select(first.flatten(), 0, row) + torch.masked_fill(token, padding, 0)
    mask = torch.masked_fill(torch.zeros([scores], dtype=6), padding, -inf)
    first_scores = torch.to(torch.narrow(starts, 0, 0, lives.size(0)), 3)
    return ([tokens, first_scores, torch.to(row, 3), torch.to(cached, 3), mask], runs)

  # The cache's live rows are read once, for all sequences and heads, as the bags of an embedding:
  # summed with weights for the values, and for the keys what finds such weights' gradient, which is
  # a product a row. That streams them at the memory's speed, which a matrix product a head does not.
  # q [n, heads, head_dim], a token of each; singles, runs: of `singles` -> [n, heads * head_dim]
  def attend_singles(self: __torch__.Mod, q: Tensor, keys: Tensor, values: Tensor, singles: List[Tensor],
    runs: List[int]) -> Tensor:
    d = q.size(-1)
    _0, starts, row, cached, mask = singles
    scaled = (q * float(d) ** -0.5).reshape([-1, d])
    p = ops.aten._embedding_bag_per_sample_weights_backward(scaled, keys, cached, starts, row, 0)
    _1 = torch.add_(p, mask)
    for i in range(torch.len(runs) // 3):
      length = runs[3 * i + 2]
      scores = torch.as_strided(p, [runs[3 * i + 1], length], [length, 1], runs[3 * i])
      _2 = torch.softmax(scores, -1, None, out=scores)
    summed = torch.embedding_bag(values, cached, starts, False, 0, False, p, False)
    return summed[0].view([q.size(0), ${heads} * d])

  # q, k, v [tokens, heads, head_dim] fp32; keys, values [cache tokens * heads, head_dim] fp32; turn
  # as `begin` makes it. spans: six numbers a stretch: first token, tokens, base and capacity in the
  # cache, live tokens, whether it has branches. Reads live tokens only. -> [tokens, heads * head_dim]
  def attend(self: __torch__.Mod, q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor,
    turn: ${turn}) -> Tensor:
    _5, _6, rows, spans, masks, singles, runs = turn
    n = q.size(0)
    d = q.size(-1)
    where = annotate(List[Optional[Tensor]], [rows])
    _1 = torch.index_put_(keys, where, k.reshape([-1, d]))
    _2 = torch.index_put_(values, where, v.reshape([-1, d]))
    if torch.len(singles) > 0 and singles[0].size(0) == n:
      return self.attend_singles(q, keys, values, singles, runs)
    out = torch.empty([n, ${heads} * d], dtype=6)
    if torch.len(singles) > 0:
      some = self.attend_singles(torch.index_select(q, 0, singles[0]), keys, values, singles, runs)
      _3 = torch.index_copy_(out, 0, singles[0], some)
    for i in range(torch.len(spans) // 6):
      at = spans[6 * i]
      count = spans[6 * i + 1]
      if count > 1:
        offset = spans[6 * i + 2] * ${heads} * d
        stride = spans[6 * i + 3] * d
        tokens = spans[6 * i + 4]
        ks = torch.as_strided(keys, [1, ${heads}, tokens, d], [stride * ${heads}, stride, d, 1], offset)
        vs = torch.as_strided(values, [1, ${heads}, tokens, d], [stride * ${heads}, stride, d, 1], offset)
        qs = torch.narrow(q, 0, at, count).transpose(0, 1).unsqueeze(0)
        if torch.numel(masks[i]) == 0:
          a = torch.scaled_dot_product_attention(qs, ks, vs, None, 0., True)
        else:
          a = torch.scaled_dot_product_attention(qs, ks, vs, masks[i])
        _4 = torch.copy_(torch.narrow(out, 0, at, count).view([count, ${heads}, d]), a.squeeze(0).transpose(0, 1))
    return out

  # hidden [tokens, hidden_size], rows: which of them; head: matrix, its scales, and bias if there is one
  # -> [rows, vocabulary] fp32
  def logits(self: __torch__.Mod, hidden: Tensor, rows: Tensor, head: List[Tensor]) -> Tensor:
    x = torch.index_select(hidden, 0, rows)
    if torch.len(head) > 2:
      y = self.linear(x, head[0], head[1], head[2])
    else:
      y = self.linear(x, head[0], head[1], None)
    return torch.to(y, 6)

  # Probabilities left after temperature, top-k and top-p, of the `width` likeliest ids of each row.
  # The nucleus is the smallest set whose probability reaches top_p: an id stays while what stands
  # before it is less. -> ids [rows, width], kept probabilities (not normalised) fp64, and whether
  # all that is kept lies within the width. scalars: fp64 [4, rows]: temperature, top_p, draw, top_k
  def nucleus(self: __torch__.Mod, logits: Tensor, scalars: Tensor, width: int) -> Tuple[Tensor, Tensor, Tensor]:
    # Relative to the likeliest, so that no temperature, however small, makes an infinity.
    t = torch.clamp(torch.to(scalars[0], 6), 1.2e-38).unsqueeze(1)
    x = (logits - torch.amax(logits, [-1], True)) / t
    top = torch.topk(x, width, -1, True, True)
    v = top[0]
    k = torch.to(scalars[3], 4)
    kk = torch.where(torch.eq(k, 0), torch.full_like(k, logits.size(-1)), k)
    last = torch.gather(v, 1, (torch.clamp(kk, None, width) - 1).unsqueeze(1))
    lowest = torch.where((kk <= width).unsqueeze(1), last, torch.full_like(last, -inf))
    log_sum = torch.logsumexp(torch.masked_fill(x, x < lowest, -inf), -1, True)
    p = torch.exp(torch.to(v - log_sum, 7))
    p = torch.masked_fill(p, v < lowest, 0.)
    before = torch.cumsum(p, -1) - p
    p = torch.masked_fill(p, before >= scalars[1].unsqueeze(1), 0.)
    whole = torch.eq(p[:, -1], 0.)
    if width == logits.size(-1):
      whole = torch.ones_like(whole)
    return (top[1], p, whole)

  # Inverts the cumulative distribution of one row set at its draws. Rows whose nucleus is wider
  # than the first look are looked at again at full width: together, or one by one, so that their
  # numbers do not depend on how many they are.
  def draw(self: __torch__.Mod, logits: Tensor, scalars: Tensor, one_by_one: bool) -> Tensor:
    n = logits.size(-1)
    width = n
    if n > 1024:
      width = 512
    ids, p, whole = self.nucleus(logits, scalars, width)
    chosen = self.invert(ids, p, scalars[2])
    if not bool(torch.all(whole)):
      wide = torch.nonzero(torch.logical_not(whole)).squeeze(1)
      at_once = wide.size(0)
      if one_by_one:
        at_once = 1
      for i in range(wide.size(0) // at_once):
        rows = torch.narrow(wide, 0, i * at_once, at_once)
        some = torch.index_select(scalars, 1, rows)
        ids, p, whole = self.nucleus(torch.index_select(logits, 0, rows), some, n)
        _1 = torch.index_copy_(chosen, 0, rows, self.invert(ids, p, some[2]))
    return chosen

  def invert(self: __torch__.Mod, ids: Tensor, p: Tensor, draws: Tensor) -> Tensor:
    sums = torch.cumsum(p, -1)
    at = torch.searchsorted(sums, (draws * sums[:, -1]).unsqueeze(1), right=True)
    kept = torch.sum(p > 0, -1, True)
    return torch.gather(ids, 1, torch.clamp(torch.minimum(at, kept - 1), 0)).squeeze(1)

  # logits [rows, vocabulary] fp32; sampled: which rows draw (the others take the likeliest id, the
  # lowest on a tie, as do those of temperature 0)
  # -> [2, rows]: the id, and 1 where the row holds no NaN or infinity
  def choose(self: __torch__.Mod, logits: Tensor, sampled: List[int], scalars: Tensor, one_by_one: bool) -> Tensor:
    sound = torch.isfinite(torch.sum(logits, -1))
    ids = torch.argmax(logits, -1)
    if torch.len(sampled) > 0:
      rows = torch.tensor(sampled)
      some = torch.nan_to_num(torch.index_select(logits, 0, rows), 0., 0., 0.)
      drawn = self.draw(some, scalars, one_by_one)
      likeliest = torch.index_select(ids, 0, rows)
      _1 = torch.index_copy_(ids, 0, rows, torch.where(scalars[0] > 0, drawn, likeliest))
    return torch.stack([ids, torch.to(sound, 4)])

  # The distribution that `choose` draws from: one row of logits -> probabilities [vocabulary] fp64
  def distribution(self: __torch__.Mod, logits: Tensor, scalars: Tensor) -> Tensor:
    ids, p, whole = self.nucleus(logits, scalars, logits.size(-1))
    full = torch.zeros_like(p)
    _1 = torch.scatter_(full, 1, ids, p / torch.sum(p, -1, True))
    return full

  # Natural log-probabilities of some rows' chosen ids and of those rows' `top` likeliest ids, from
  # the raw logits. In fp64 and row by row, so that a row's bits do not depend on the others.
  # wanted: three numbers a row: which row, its chosen id, top.
  # -> fp64, laid end to end for each: the chosen id's, `top` ids, theirs
  def logprobs(self: __torch__.Mod, logits: Tensor, wanted: List[int]) -> Tensor:
    parts = annotate(List[Tensor], [])
    for i in range(torch.len(wanted) // 3):
      row = torch.to(torch.select(logits, 0, wanted[3 * i]), 7)
      log_sum = torch.logsumexp(row, 0)
      _1 = torch.append(parts, (torch.select(row, 0, wanted[3 * i + 1]) - log_sum).unsqueeze(0))
      values, ids = torch.topk(row, wanted[3 * i + 2], -1, True, True)
      _2 = torch.append(parts, torch.to(ids, 7))
      _3 = torch.append(parts, values - log_sum)
    return torch.cat(parts, 0)

  # log-probability of each target and whether it is the likeliest id of its row: [2, targets] fp64
  # wanted [2, targets]: rows, ids
  def score(self: __torch__.Mod, logits: Tensor, wanted: Tensor) -> Tensor:
    rows = wanted[0]
    ids = wanted[1]
    chosen = torch.take(logits, rows * logits.size(-1) + ids)
    lp = chosen - torch.index_select(torch.logsumexp(logits, -1), 0, rows)
    likeliest = torch.eq(torch.index_select(torch.argmax(logits, -1), 0, rows), ids)
    return torch.stack([torch.to(lp, 7), torch.to(likeliest, 7)])

  def zeros(self: __torch__.Mod, shape: List[int], dtype: int) -> Tensor:
    return torch.zeros(shape, dtype=dtype)

  def empty(self: __torch__.Mod, shape: List[int]) -> Tensor:
    return torch.empty(shape, dtype=6)
