  # What makes features of a block the strongest: their values, unless the rule takes something else for it.
  def strength(self, h: Tensor, first: int, ranks: Tensor, by_magnitude: bool) -> Tensor:
    strength = h
    if torch.numel(ranks) > 0:
      strength = torch.mul(h, torch.narrow(ranks, 0, first, torch.size(h, 1)))
    if by_magnitude:
      strength = torch.abs(strength)
    return strength

  # A block of whole groups in which of each group only the largest stays, the first among equals.
  def strongest_of_groups(self, h: Tensor, group: int) -> Tensor:
    groups = torch.reshape(torch.nan_to_num(h, inf, inf), [torch.size(h, 0), -1, group])
    largest = torch.eq(groups, torch.amax(groups, [2], True))
    later = torch.reshape(torch.gt(torch.cumsum(torch.to(largest, 3), 2), 1), torch.size(h))
    return torch.masked_fill(h, torch.logical_or(torch.logical_not(torch.reshape(largest, torch.size(h))), later), 0)

  # Which features of a block are above the smallest of the strongest so far, and the strongest with them.
  def rise(self, strength: Tensor, best: Tensor) -> Tuple[Tensor, Tensor]:
    k = torch.size(best, 1)
    key = torch.nan_to_num(strength, inf, inf, -inf)
    above = torch.gt(key, torch.narrow(best, 1, k - 1, 1))
    most = int(torch.max(torch.sum(above, [1])))
    if most > 0:
      strongest, _0 = torch.topk(key, min(most, k), 1)
      best, _1 = torch.topk(torch.cat([best, strongest], 1), k, 1)
      torch.logical_and_(above, torch.ge(key, torch.narrow(best, 1, k - 1, 1)))
    return (above, best)

  # The strongest of all candidates of a chunk of tokens: those above the smallest strength that is kept, and of those equal
  # to it as many as there is room for, the lower index first. Strengths are the values if there are none.
  def strongest(self, positions: List[Tensor], values: List[Tensor], strengths: List[Tensor], best: Tensor, d_sae: int, signed: bool) -> Tuple[Tensor, Tensor]:
    k = torch.size(best, 1)
    floor = torch.select(best, 1, k - 1)
    every = torch.cat(values)
    strong = every
    if torch.len(strengths) > 0:
      strong = torch.cat(strengths)
    where = torch.cat(positions)
    near = torch.squeeze(torch.nonzero(torch.ge(torch.nan_to_num(strong, inf, inf), torch.index_select(floor, 0, torch.floor_divide(where, d_sae)))), 1)
    at, order = torch.sort(torch.index_select(where, 0, near))
    found = torch.index_select(torch.index_select(every, 0, near), 0, order)
    key = torch.nan_to_num(found, inf, inf)
    if torch.len(strengths) > 0:
      key = torch.nan_to_num(torch.index_select(torch.index_select(strong, 0, near), 0, order), inf, inf)
    token = torch.floor_divide(at, d_sae)
    least = torch.index_select(floor, 0, token)
    tie = torch.to(torch.eq(key, least), 4)
    room = torch.sum(torch.le(best, torch.unsqueeze(floor, 1)), [1])
    ties = torch.index_add_(torch.zeros_like(room), 0, token, tie)
    before = torch.sub(torch.cumsum(ties, 0), ties)
    rank = torch.sub(torch.cumsum(tie, 0), torch.index_select(before, 0, token))
    kept = torch.logical_or(torch.gt(key, least), torch.logical_and(torch.gt(tie, 0), torch.le(rank, torch.index_select(room, 0, token))))
    if signed:
      # A feature that is 0 took a place, but is not active.
      kept = torch.logical_and(kept, torch.ne(found, 0))
    chosen = torch.squeeze(torch.nonzero(kept), 1)
    return (torch.index_select(at, 0, chosen), torch.index_select(found, 0, chosen))

  # A number for each strength, larger for a larger one and, among equals, for the lower index. Bits of positive floats are
  # in the order of the floats; all others count as zero, unless signs matter: then those of negative ones are turned round.
  def keys(self, strengths: Tensor, indices: Tensor, signed: bool) -> Tensor:
    finite = torch.nan_to_num(strengths, inf, inf, -inf)
    if signed:
      # Adding 0 takes the sign of a zero.
      ordered = self.bits(torch.add(finite, 0.))
      ordered = torch.where(torch.lt(ordered, 0), torch.bitwise_xor(ordered, 2147483647), ordered)
    else:
      ordered = torch.clamp(self.bits(finite), 0)
    return torch.sub(torch.mul(torch.to(ordered, 4), 4294967296), indices)

  # The key that all others must be above: that of a strength of 0, or of minus infinity.
  def lowest_key(self, signed: bool) -> int:
    lowest = 0
    if signed:
      lowest = -9187343244130779136
    return lowest

  # The strongest of a block and of those before it, by their keys; nothing here waits for the device. The k largest values
  # lie in the k groups whose largest values are the largest, the lower first among equals, so only those are looked into.
  def rise_on_device(self, h: Tensor, strength: Tensor, apart: bool, first: int, best: Tensor, found: Tensor, signed: bool) -> Tuple[Tensor, Tensor]:
    device = ops.prim.device(h)
    n = torch.size(h, 0)
    count = torch.size(h, 1)
    k = torch.size(best, 1)
    groups = (count + 15) // 16
    if groups > k:
      rest = groups * 16 - count
      if rest > 0:
        nothing = 0.
        if signed:
          nothing = -inf
        strength = torch.constant_pad_nd(strength, [0, rest], nothing)
        if apart:
          h = torch.constant_pad_nd(h, [0, rest], 0.)
      largest = torch.amax(torch.reshape(strength, [n, groups, 16]), [2])
      _0, group = torch.topk(self.keys(largest, torch.arange(groups, dtype=4, layout=None, device=device), signed), k, 1, True, False)
      members = torch.add(torch.unsqueeze(torch.mul(group, 16), 2), torch.arange(16, dtype=4, layout=None, device=device))
      at = torch.reshape(members, [n, 16 * k])
      strength = torch.gather(strength, 1, at)
      if apart:
        h = torch.gather(h, 1, at)
    else:
      at = torch.arange(count, dtype=4, layout=None, device=device)
    if not apart:
      h = strength
    best, order = torch.topk(torch.cat([best, self.keys(strength, torch.add(at, first), signed)], 1), k, 1, True, False)
    return (best, torch.gather(torch.cat([found, h], 1), 1, order))

  # Positions and values of the strongest, ascending.
  def strongest_on_device(self, best: Tensor, found: Tensor, d_sae: int, signed: bool) -> Tuple[Tensor, Tensor]:
    none = 4294967295
    feature = torch.masked_fill(torch.bitwise_and(torch.neg(best), none), torch.le(best, self.lowest_key(signed)), none)
    if signed:
      # A feature that is 0 took a place, but is not active.
      feature = torch.masked_fill(feature, torch.eq(found, 0), none)
    feature, order = torch.sort(feature, 1)
    first = torch.mul(torch.arange(torch.size(best, 0), dtype=4, layout=None, device=ops.prim.device(best)), d_sae)
    at = torch.flatten(torch.add(feature, torch.unsqueeze(first, 1)))
    chosen = torch.squeeze(torch.nonzero(torch.lt(torch.flatten(feature), none)), 1)
    values = torch.flatten(torch.gather(found, 1, order))
    return (torch.index_select(at, 0, chosen), torch.index_select(values, 0, chosen))

  # The active features of all blocks as compressed sparse rows in one int32 tensor on the CPU, so that they cross the bus
  # in one copy: n + 1 offsets, the features, the bits of their values. Blocks hold ascending positions in [n, step].
  def packed(self, positions: List[Tensor], values: List[Tensor], n: int, d_sae: int, step: int) -> Tensor:
    every = torch.cat(values)
    device = ops.prim.device(every)
    total = torch.numel(every)
    bounds = torch.arange(n + 1, dtype=4, layout=None, device=device)
    features = annotate(List[Tensor], [])
    starts = annotate(List[Tensor], [])
    blocks = torch.len(positions)
    for i in range(blocks):
      at = positions[i]
      count = min(step, d_sae - i * step)
      torch.append(features, torch.to(torch.add(torch.remainder(at, count), i * step), 3))
      torch.append(starts, torch.searchsorted(at, torch.mul(bounds, count)))
    rows = torch.stack(starts)
    packed = torch.empty([n + 1 + 2 * total], dtype=3, device=device)
    torch.copy_(torch.narrow(packed, 0, 0, n + 1), torch.sum(rows, [0]))
    feature = torch.narrow(packed, 0, n + 1, total)
    value = torch.narrow(packed, 0, n + 1 + total, total)
    if blocks == 1:
      torch.copy_(feature, features[0])
      torch.copy_(value, self.bits(every))
    else:
      # A token's features lie together in each block, and go behind those of the blocks before.
      begins = torch.narrow(rows, 1, 0, n)
      counts = torch.sub(torch.narrow(rows, 1, 1, n), begins)
      by_token = torch.flatten(torch.t(counts))
      goal = torch.t(torch.view(torch.sub(torch.cumsum(by_token, 0), by_token), [n, blocks]))
      size = torch.select(rows, 1, n)
      origin = torch.add(begins, torch.unsqueeze(torch.sub(torch.cumsum(size, 0), size), 1))
      moved = torch.repeat_interleave(torch.flatten(torch.sub(goal, origin)), torch.flatten(counts), None, output_size=total)
      to = torch.add(torch.arange(total, dtype=4, layout=None, device=device), moved)
      torch.index_copy_(feature, 0, to, torch.cat(features))
      torch.index_copy_(value, 0, to, self.bits(every))
    host = packed
    if ops.prim.is_cuda(packed):
      host = torch.empty([torch.numel(packed)], dtype=3, device=torch.device("cpu"), pin_memory=True)
      torch.copy_(host, packed)
    return host

  # All products of a few tokens. Whole rows of the encoder stream by once, where columns of a block lie in as many pages as
  # there are inputs.
  def streamed(self, x: Tensor, parts: List[Tensor], bias: Tensor, rows: int) -> Tensor:
    d_sae = torch.size(bias, 0)
    sums = torch.repeat(torch.unsqueeze(bias, 0), [torch.size(x, 0), 1])
    wide = torch.empty([rows * d_sae], dtype=6, device=ops.prim.device(bias))
    input = 0
    for part in parts:
      height = torch.size(part, 0)
      for i in range((height + rows - 1) // rows):
        first = i * rows
        count = min(rows, height - first)
        block = torch.narrow(part, 0, first, count)
        if ops.prim.dtype(part) != 6:
          block = torch.copy_(torch.view(torch.narrow(wide, 0, 0, count * d_sae), [count, d_sae]), block)
        torch.addmm_(sums, torch.narrow(x, 1, input + first, count), block)
      input = input + height
    return sums

  # Encodes some of the tokens. With streamed_rows, all features are one block. What is active comes block by block, positions and values, or packed from the device.
  def encode(self, activations: Tensor, d_in: int, affine: List[Tensor], input_scale: float, normalization: int, check: bool, b_dec: Tensor, subtract_b_dec: bool, w_enc: List[Tensor], transposed: bool, widen: bool, bias: Tensor, parameters: List[Tensor], norms: Tensor, ranks: Tensor, most: int, signed: bool, by_magnitude: bool, group: int, first_token: int, n: int, block_features: int, streamed_rows: int, on_device: bool, check_results: bool, dense: List[Tensor]) -> Tuple[List[int], Tensor, Tensor, List[Tensor], List[Tensor], List[int]]:
    device = ops.prim.device(bias)
    d_sae = torch.size(bias, 0)
    positions = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    bad = annotate(List[int], [])
    overflown = annotate(List[int], [])
    x = self.brought(torch.narrow(torch.reshape(activations, [-1, d_in]), 0, first_token, n), bias)
    if check:
      bad = self.non_finite(x, first_token * d_in)
    x, scale, shift = self.normalize(x, affine, input_scale, normalization)
    if torch.len(bad) == 0:
      if subtract_b_dec:
        x = torch.sub(x, b_dec)
      x = torch.contiguous(x)
      if not widen:
        x = torch.to(x, ops.prim.dtype(w_enc[0]))
      wide = self.widened(widen and streamed_rows == 0, d_in * block_features, bias)
      room = n * block_features
      if streamed_rows > 0:
        room = 0
      buffer = torch.empty([room], dtype=6, device=device)
      whole = torch.empty([0], dtype=6, device=device)
      if torch.len(dense) > 0:
        whole = torch.narrow(torch.view(dense[0], [-1, d_sae]), 0, first_token, n)
      best = torch.zeros([n, most], dtype=6, layout=None, device=device)
      if signed and not on_device:
        best = torch.full_like(best, -inf)
      best_keys = torch.full([n, most], self.lowest_key(signed), dtype=4, layout=None, device=device)
      total = torch.zeros([1], dtype=6, layout=None, device=device)
      apart = by_magnitude or torch.numel(ranks) > 0
      candidates = annotate(List[Tensor], [])
      weights = annotate(List[Tensor], [])
      strengths = annotate(List[Tensor], [])
      for i in range((d_sae + block_features - 1) // block_features):
        first = i * block_features
        count = min(block_features, d_sae - first)
        if streamed_rows > 0:
          h = self.streamed(x, w_enc, bias, streamed_rows)
        else:
          h = torch.view(torch.narrow(buffer, 0, 0, n * count), [n, count])
          added = torch.narrow(bias, 0, first, count)
          block = self.encoder_block(w_enc, transposed, first, count, wide)
          if ops.prim.dtype(block) == 6:
            torch.addmm(added, x, block, out=h)
          else:
            # An epilogue of the product would round the bias to the product's type, and other features would be active.
            torch.add(torch.mm(x, block), added, out=h)
        p = annotate(List[Tensor], [])
        for parameter in parameters:
          torch.append(p, torch.narrow(parameter, 0, first, count))
        h = self.activate(h, p)
        if torch.numel(norms) > 0:
          h = torch.mul(h, torch.narrow(norms, 0, first, count))
        if group > 0:
          h = self.strongest_of_groups(h, group)
        if most > 0 and on_device:
          best_keys, best = self.rise_on_device(h, self.strength(h, first, ranks, by_magnitude), apart, first, best_keys, best, signed)
        elif most > 0:
          strength = self.strength(h, first, ranks, by_magnitude)
          above, best = self.rise(strength, best)
          token_of, feature_of = torch.unbind(torch.nonzero(above), 1)
          torch.append(candidates, torch.add(torch.mul(token_of, d_sae), torch.add(feature_of, first)))
          torch.append(weights, torch.masked_select(h, above))
          if apart:
            torch.append(strengths, torch.masked_select(strength, above))
        elif torch.len(dense) > 0:
          torch.copy_(torch.narrow(whole, 1, first, count), h)
          if check_results:
            torch.add_(total, torch.sum(h))
        else:
          acts = torch.flatten(h)
          found = torch.squeeze(torch.nonzero(acts), 1)
          torch.append(positions, found)
          torch.append(values, torch.index_select(acts, 0, found))
      step = block_features
      if most > 0:
        step = d_sae
        if on_device:
          chosen, weight = self.strongest_on_device(best_keys, best, d_sae, signed)
        else:
          chosen, weight = self.strongest(candidates, weights, strengths, best, d_sae, signed)
        if torch.len(dense) > 0:
          torch.index_copy_(torch.zero_(torch.view(whole, [n * d_sae])), 0, chosen, weight)
          if check_results:
            torch.add_(total, torch.sum(weight))
        else:
          torch.append(positions, chosen)
          torch.append(values, weight)
      # One question to the device for all blocks; a sum that overflows by itself costs a second look.
      if torch.len(dense) > 0 and not bool(torch.all(torch.isfinite(total))):
        overflown = self.non_finite(whole, first_token * d_sae)
      if on_device and torch.len(dense) == 0:
        positions = [self.packed(positions, values, n, d_sae, step)]
        values = annotate(List[Tensor], [])
    return (bad, scale, shift, positions, values, overflown)
