class Kernels(Module):
  __parameters__ = []
  __buffers__ = []

  def as_bfloat16(self, half: Tensor) -> Tensor:
    alias = torch.empty([0], dtype=15, device=ops.prim.device(half))
    return torch.set_(alias, half)

  def scalar_type(self, x: Tensor) -> int:
    return ops.prim.dtype(x)

  def join_rows(self, parts: List[Tensor], rows: int) -> Tensor:
    first = parts[0]
    whole = torch.empty([rows, torch.size(first, 1)], dtype=ops.prim.dtype(first), device=ops.prim.device(first))
    row = 0
    for part in parts:
      count = torch.size(part, 0)
      torch.copy_(torch.narrow(whole, 0, row, count), part)
      row = row + count
    return whole

  def non_finite(self, x: Tensor, first: int) -> List[int]:
    finite = torch.isfinite(x)
    at = annotate(List[int], [])
    if not bool(torch.all(finite)):
      torch.append(at, first + int(torch.argmin(torch.to(torch.flatten(finite), 1))))
    return at

  def normalize(self, x: Tensor, input_scale: float, normalization: int) -> Tuple[Tensor, Tensor, Tensor]:
    if input_scale != 1.:
      x = torch.mul(x, input_scale)
    scale = torch.empty([0], dtype=6, device=ops.prim.device(x))
    shift = scale
    if normalization == 1:
      scale = torch.div(torch.linalg_vector_norm(x, 2, [1]), torch.sqrt(torch.size(x, 1)))
      x = torch.div(x, torch.unsqueeze(torch.masked_fill(scale, torch.eq(scale, 0), 1), 1))
    elif normalization == 2:
      shift = torch.mean(x, [1])
      x = torch.sub(x, torch.unsqueeze(shift, 1))
      scale = torch.std(x, [1], True)
      x = torch.div(x, torch.unsqueeze(torch.add(scale, 1e-05), 1))
    return (x, scale, shift)

  def transform(self, activations: Tensor, d_in: int, input_scale: float, normalization: int, check: bool, b_dec: Tensor, subtract_b_dec: bool) -> Tuple[List[int], Tensor, Tensor, Tensor]:
    x = torch.to(torch.reshape(activations, [-1, d_in]), ops.prim.device(b_dec), 6)
    bad = annotate(List[int], [])
    if check:
      bad = self.non_finite(x, 0)
    x, scale, shift = self.normalize(x, input_scale, normalization)
    if subtract_b_dec:
      x = torch.sub(x, b_dec)
    return (bad, torch.clone(x), scale, shift)

  def inverse_transform(self, activations: Tensor, d_in: int, input_scale: float, normalization: int, check: bool, b_dec: Tensor) -> Tuple[List[int], Tensor, Tensor]:
    x = torch.to(torch.reshape(activations, [-1, d_in]), ops.prim.device(b_dec), 6)
    bad = annotate(List[int], [])
    if check:
      bad = self.non_finite(x, 0)
    x, scale, shift = self.normalize(x, input_scale, normalization)
    return (bad, scale, shift)

  def columns(self, parts: List[Tensor], first: int, count: int, wide: Tensor) -> Tensor:
    if torch.numel(wide) == 0:
      block = torch.narrow(parts[0], 1, first, count)
    else:
      height = 0
      for part in parts:
        height = height + torch.size(part, 0)
      block = torch.view(torch.narrow(wide, 0, 0, height * count), [height, count])
      row = 0
      for part in parts:
        rows = torch.size(part, 0)
        torch.copy_(torch.narrow(block, 0, row, rows), torch.narrow(part, 1, first, count))
        row = row + rows
    return block

  def rows(self, parts: List[Tensor], first: int, count: int, wide: Tensor) -> Tensor:
    if torch.numel(wide) == 0:
      block = torch.narrow(parts[0], 0, first, count)
    else:
      width = torch.size(parts[0], 1)
      block = torch.view(torch.narrow(wide, 0, 0, count * width), [count, width])
      start = 0
      for part in parts:
        size = torch.size(part, 0)
        begin = max(first, start)
        end = min(first + count, start + size)
        if begin < end:
          torch.copy_(torch.narrow(block, 0, begin - first, end - begin), torch.narrow(part, 0, begin - start, end - begin))
        start = start + size
    return block

  def encoder_block(self, w_enc: List[Tensor], transposed: bool, first: int, count: int, wide: Tensor) -> Tensor:
    if transposed:
      block = torch.t(self.rows(w_enc, first, count, wide))
    else:
      block = self.columns(w_enc, first, count, wide)
    return block

  def decoder_block(self, w_dec: List[Tensor], transposed: bool, first: int, count: int, wide: Tensor) -> Tensor:
    if transposed:
      block = torch.t(self.columns(w_dec, first, count, wide))
    else:
      block = self.rows(w_dec, first, count, wide)
    return block

  def widened(self, widen: bool, size: int, like: Tensor) -> Tensor:
    wide = torch.empty([0], dtype=6, device=ops.prim.device(like))
    if widen:
      wide = torch.empty([size], dtype=6, device=ops.prim.device(like))
    return wide

  def rise(self, h: Tensor, best: Tensor) -> Tuple[Tensor, Tensor]:
    k = torch.size(best, 1)
    key = torch.nan_to_num(h, inf, inf)
    above = torch.gt(key, torch.narrow(best, 1, k - 1, 1))
    most = int(torch.max(torch.sum(above, [1])))
    if most > 0:
      strongest, _0 = torch.topk(key, min(most, k), 1)
      best, _1 = torch.topk(torch.cat([best, strongest], 1), k, 1)
      torch.logical_and_(above, torch.ge(key, torch.narrow(best, 1, k - 1, 1)))
    return (above, best)

  def strongest(self, positions: List[Tensor], values: List[Tensor], best: Tensor, d_sae: int) -> Tuple[Tensor, Tensor]:
    k = torch.size(best, 1)
    floor = torch.select(best, 1, k - 1)
    every = torch.cat(values)
    where = torch.cat(positions)
    near = torch.squeeze(torch.nonzero(torch.ge(torch.nan_to_num(every, inf, inf), torch.index_select(floor, 0, torch.floor_divide(where, d_sae)))), 1)
    at, order = torch.sort(torch.index_select(where, 0, near))
    found = torch.index_select(torch.index_select(every, 0, near), 0, order)
    token = torch.floor_divide(at, d_sae)
    key = torch.nan_to_num(found, inf, inf)
    least = torch.index_select(floor, 0, token)
    tie = torch.to(torch.eq(key, least), 4)
    room = torch.sum(torch.le(best, torch.unsqueeze(floor, 1)), [1])
    ties = torch.index_add_(torch.zeros_like(room), 0, token, tie)
    before = torch.sub(torch.cumsum(ties, 0), ties)
    rank = torch.sub(torch.cumsum(tie, 0), torch.index_select(before, 0, token))
    kept = torch.logical_or(torch.gt(key, least), torch.logical_and(torch.gt(tie, 0), torch.le(rank, torch.index_select(room, 0, token))))
    chosen = torch.squeeze(torch.nonzero(kept), 1)
    return (torch.index_select(at, 0, chosen), torch.index_select(found, 0, chosen))

  def encode(self, activations: Tensor, d_in: int, input_scale: float, normalization: int, check: bool, b_dec: Tensor, subtract_b_dec: bool, w_enc: List[Tensor], transposed: bool, widen: bool, bias: Tensor, parameters: List[Tensor], norms: Tensor, most: int, chunk_tokens: int, block_features: int, dense: List[Tensor]) -> Tuple[List[int], List[Tensor], List[Tensor], List[Tensor], List[Tensor]]:
    device = ops.prim.device(bias)
    rows = torch.reshape(activations, [-1, d_in])
    tokens = torch.size(rows, 0)
    d_sae = torch.size(bias, 0)
    wide = self.widened(widen, d_in * block_features, bias)
    buffer = torch.empty([min(tokens, chunk_tokens) * block_features], dtype=6, device=device)
    bad = annotate(List[int], [])
    scales = annotate(List[Tensor], [])
    shifts = annotate(List[Tensor], [])
    positions = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    for c in range((tokens + chunk_tokens - 1) // chunk_tokens):
      token = c * chunk_tokens
      n = min(chunk_tokens, tokens - token)
      x = torch.to(torch.narrow(rows, 0, token, n), device, 6)
      if check and torch.len(bad) == 0:
        bad = self.non_finite(x, token * d_in)
      if torch.len(bad) == 0:
        x, scale, shift = self.normalize(x, input_scale, normalization)
        torch.append(scales, scale)
        torch.append(shifts, shift)
        if subtract_b_dec:
          x = torch.sub(x, b_dec)
        x = torch.contiguous(x)
        if not widen:
          x = torch.to(x, ops.prim.dtype(w_enc[0]))
        best = torch.zeros([n, most], dtype=6, layout=None, device=device)
        candidates = annotate(List[Tensor], [])
        weights = annotate(List[Tensor], [])
        for i in range((d_sae + block_features - 1) // block_features):
          first = i * block_features
          count = min(block_features, d_sae - first)
          h = torch.view(torch.narrow(buffer, 0, 0, n * count), [n, count])
          added = torch.narrow(bias, 0, first, count)
          block = self.encoder_block(w_enc, transposed, first, count, wide)
          if ops.prim.dtype(block) == 6:
            torch.addmm(added, x, block, out=h)
          else:
            torch.copy_(h, torch.mm(x, block))
            torch.add_(h, added)
          p = annotate(List[Tensor], [])
          for parameter in parameters:
            torch.append(p, torch.narrow(parameter, 0, first, count))
          h = self.activate(h, p)
          if torch.numel(norms) > 0:
            h = torch.mul(h, torch.narrow(norms, 0, first, count))
          if most > 0:
            above, best = self.rise(h, best)
            token_of, feature_of = torch.unbind(torch.nonzero(above), 1)
            torch.append(candidates, torch.add(torch.mul(token_of, d_sae), torch.add(feature_of, first)))
            torch.append(weights, torch.masked_select(h, above))
          elif torch.len(dense) > 0:
            whole = torch.view(dense[0], [tokens, d_sae])
            torch.copy_(torch.narrow(torch.narrow(whole, 0, token, n), 1, first, count), h)
          else:
            acts = torch.flatten(h)
            found = torch.squeeze(torch.nonzero(acts), 1)
            torch.append(positions, found)
            torch.append(values, torch.index_select(acts, 0, found))
        if most > 0:
          chosen, weight = self.strongest(candidates, weights, best, d_sae)
          if torch.len(dense) > 0:
            flat = torch.view(torch.narrow(torch.view(dense[0], [tokens, d_sae]), 0, token, n), [n * d_sae])
            torch.index_copy_(torch.zero_(flat), 0, chosen, weight)
          else:
            torch.append(positions, chosen)
            torch.append(values, weight)
    return (bad, scales, shifts, positions, values)

  def nonzeros(self, features: Tensor, d_sae: int, b_dec: Tensor, check: bool, most: int) -> Tuple[List[int], Tensor, List[Tensor]]:
    rows = torch.to(torch.reshape(features, [-1, d_sae]), ops.prim.device(b_dec), 6)
    bad = annotate(List[int], [])
    if check:
      bad = self.non_finite(rows, 0)
    found = annotate(List[Tensor], [])
    if torch.len(bad) == 0:
      if int(torch.count_nonzero(rows)) <= most:
        flat = torch.flatten(rows)
        at = torch.squeeze(torch.nonzero(flat), 1)
        torch.append(found, at)
        torch.append(found, torch.index_select(flat, 0, at))
    return (bad, rows, found)

  def finish(self, out: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor, input_scale: float) -> Tensor:
    torch.add_(out, b_dec)
    if torch.numel(scale) > 0:
      torch.mul_(out, torch.unsqueeze(scale, 1))
    if torch.numel(shift) > 0:
      torch.add_(out, torch.unsqueeze(shift, 1))
    if input_scale != 1.:
      torch.div_(out, input_scale)
    return out

  def rows_of(self, w_dec: List[Tensor], transposed: bool, indices: Tensor, table: Tensor) -> Tensor:
    count = torch.size(indices, 0)
    rows = torch.narrow(table, 0, 0, count)
    first = 0
    if transposed:
      for part in w_dec:
        size = torch.size(part, 0)
        found = torch.index(part, annotate(List[Optional[Tensor]], [None, indices]))
        torch.copy_(torch.narrow(rows, 1, first, size), torch.t(found))
        first = first + size
    elif torch.len(w_dec) == 1:
      torch.copy_(rows, torch.index_select(w_dec[0], 0, indices))
    else:
      for part in w_dec:
        size = torch.size(part, 0)
        here = torch.squeeze(torch.nonzero(torch.logical_and(torch.ge(indices, first), torch.lt(indices, first + size))), 1)
        found = torch.index_select(part, 0, torch.sub(torch.index_select(indices, 0, here), first))
        torch.index_copy_(rows, 0, here, torch.to(found, 6))
        first = first + size
    return rows

  def row_by_row(self, columns: List[Tensor], rows: int, width: int, block_rows: int) -> Tensor:
    first_part = columns[0]
    whole = torch.empty([rows, width], dtype=ops.prim.dtype(first_part), device=ops.prim.device(first_part))
    at = 0
    for part in columns:
      size = torch.size(part, 0)
      for i in range((rows + block_rows - 1) // block_rows):
        first = i * block_rows
        count = min(block_rows, rows - first)
        block = torch.contiguous(torch.t(torch.narrow(part, 1, first, count)))
        torch.copy_(torch.narrow(torch.narrow(whole, 0, first, count), 1, at, size), block)
      at = at + size
    return whole

  def row_norms(self, w_dec: List[Tensor], transposed: bool, widen: bool, block_features: int, d_sae: int, b_dec: Tensor, input_scale: float) -> Tensor:
    wide = self.widened(widen, block_features * torch.size(b_dec, 0), b_dec)
    norms = torch.empty([d_sae], dtype=6, device=ops.prim.device(b_dec))
    for i in range((d_sae + block_features - 1) // block_features):
      first = i * block_features
      count = min(block_features, d_sae - first)
      rows = self.decoder_block(w_dec, transposed, first, count, wide)
      torch.copy_(torch.narrow(norms, 0, first, count), torch.linalg_vector_norm(rows, 2, [1], False, dtype=6))
    if input_scale != 1.:
      torch.div_(norms, input_scale)
    return norms

  def at_least(self, norms: Tensor, least: float) -> Tensor:
    return torch.clamp(norms, least)

  def or_one(self, norms: Tensor) -> Tensor:
    return torch.masked_fill(norms, torch.eq(norms, 0), 1)

  def decode_sparse(self, offsets: Tensor, indices: Tensor, values: Tensor, pieces: List[int], piece_rows: int, w_dec: List[Tensor], transposed: bool, norms: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor, input_scale: float, out: Tensor, first_token: int) -> Tensor:
    device = ops.prim.device(b_dec)
    table = torch.empty([piece_rows, torch.size(b_dec, 0)], dtype=6, device=device)
    order = torch.arange(piece_rows, dtype=4, layout=None, device=device)
    whole = torch.view(out, [-1, torch.size(b_dec, 0)])
    sums = torch.zero_(torch.narrow(whole, 0, first_token, torch.size(offsets, 0) - 1))
    if torch.numel(norms) > 0:
      values = torch.div(values, torch.index_select(norms, 0, indices))
    for i in range(torch.len(pieces) // 4):
      token = pieces[4 * i]
      tokens = pieces[4 * i + 1]
      first = pieces[4 * i + 2]
      count = pieces[4 * i + 3]
      rows = self.rows_of(w_dec, transposed, torch.narrow(indices, 0, first, count), table)
      starts = torch.clamp(torch.sub(torch.narrow(offsets, 0, token, tokens), first), 0)
      added, _0, _1, _2 = torch.embedding_bag(rows, torch.narrow(order, 0, 0, count), starts, False, 0, False, torch.narrow(values, 0, first, count), False)
      torch.add_(torch.narrow(sums, 0, token, tokens), added)
    return self.finish(sums, b_dec, scale, shift, input_scale)

  def combine(self, features: Tensor, w_dec: List[Tensor], transposed: bool, widen: bool, block_features: int, sums: Tensor) -> Tensor:
    d_sae = torch.size(features, 1)
    wide = self.widened(widen, block_features * torch.size(sums, 1), sums)
    for i in range((d_sae + block_features - 1) // block_features):
      first = i * block_features
      count = min(block_features, d_sae - first)
      block = torch.narrow(features, 1, first, count)
      rows = self.decoder_block(w_dec, transposed, first, count, wide)
      if ops.prim.dtype(rows) == 6:
        torch.addmm_(sums, block, rows)
      else:
        torch.add_(sums, torch.mm(torch.to(block, ops.prim.dtype(rows)), rows))
    return sums

  def decode_dense(self, features: Tensor, w_dec: List[Tensor], transposed: bool, widen: bool, block_features: int, norms: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor, input_scale: float, out: Tensor) -> Tensor:
    if torch.numel(norms) > 0:
      features = torch.div(features, norms)
    sums = torch.zero_(torch.view(out, [-1, torch.size(b_dec, 0)]))
    self.combine(features, w_dec, transposed, widen, block_features, sums)
    return self.finish(sums, b_dec, scale, shift, input_scale)

  def linear(self, x: Tensor, w: List[Tensor], transposed: bool, widen: bool, bias: Tensor, block_outputs: int) -> Tensor:
    size = torch.size(bias, 0)
    out = torch.empty([torch.size(x, 0), size], dtype=6, device=ops.prim.device(bias))
    wide = self.widened(widen, torch.size(x, 1) * block_outputs, bias)
    for i in range((size + block_outputs - 1) // block_outputs):
      first = i * block_outputs
      count = min(block_outputs, size - first)
      block = self.encoder_block(w, transposed, first, count, wide)
      product = torch.mm(torch.to(x, ops.prim.dtype(block)), block)
      torch.add_(torch.copy_(torch.narrow(out, 1, first, count), product), torch.narrow(bias, 0, first, count))
    return out

  def add_skip(self, activations: Tensor, d_in: int, w_skip: List[Tensor], transposed: bool, widen: bool, d_out: int, block_outputs: int, chunk_tokens: int, out: Tensor) -> Tensor:
    rows = torch.reshape(activations, [-1, d_in])
    tokens = torch.size(rows, 0)
    sums = torch.view(out, [tokens, d_out])
    none = torch.zeros([d_out], dtype=6, layout=None, device=ops.prim.device(out))
    for c in range((tokens + chunk_tokens - 1) // chunk_tokens):
      token = c * chunk_tokens
      n = min(chunk_tokens, tokens - token)
      x = torch.contiguous(torch.to(torch.narrow(rows, 0, token, n), ops.prim.device(out), 6))
      torch.add_(torch.narrow(sums, 0, token, n), self.linear(x, w_skip, transposed, widen, none, block_outputs))
    return out

  def pursue(self, residual: Tensor, w_dec: List[Tensor], transposed: bool, widen: bool, d_sae: int, threshold: float, iterations: int, stop_on_duplicate: bool, block_features: int) -> Tuple[Tensor, Tensor]:
    device = ops.prim.device(residual)
    n = torch.size(residual, 0)
    d_in = torch.size(residual, 1)
    wide = self.widened(widen, d_in * block_features, residual)
    table = torch.empty([n, d_in], dtype=6, device=device)
    token = torch.arange(n, dtype=4, layout=None, device=device)
    support = torch.full([n, iterations], -1, dtype=4, layout=None, device=device)
    positions = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    step = 0
    going = n > 0 and iterations > 0
    while going:
      best = torch.zeros([torch.size(token, 0)], dtype=6, layout=None, device=device)
      index = torch.zeros_like(token)
      for i in range((d_sae + block_features - 1) // block_features):
        first = i * block_features
        count = min(block_features, d_sae - first)
        block = torch.t(self.decoder_block(w_dec, transposed, first, count, wide))
        h = torch.to(torch.mm(torch.to(residual, ops.prim.dtype(block)), block), 6)
        largest, at = torch.max(h, 1)
        better = torch.gt(largest, best)
        best = torch.where(better, largest, best)
        index = torch.where(better, torch.add(at, first), index)
      rows = self.rows_of(w_dec, transposed, index, table)
      value = torch.relu(torch.sum(torch.mul(residual, rows), [1]))
      residual = torch.sub(residual, torch.mul(torch.unsqueeze(value, 1), rows))
      torch.append(positions, torch.add(torch.mul(token, d_sae), index))
      torch.append(values, value)
      none = torch.eq(value, 0)
      stop = torch.zeros_like(none)
      if stop_on_duplicate:
        found = torch.any(torch.eq(torch.index_select(torch.narrow(support, 1, 0, step), 0, token), torch.unsqueeze(index, 1)), 1)
        stop = torch.logical_or(found, none)
        torch.index_put_(torch.select(support, 1, step), annotate(List[Optional[Tensor]], [token]), torch.masked_fill(index, none, -1))
      if threshold > 0.:
        stop = torch.logical_or(stop, torch.lt(torch.linalg_vector_norm(residual, 2, [1]), threshold))
      step = step + 1
      on = torch.squeeze(torch.nonzero(torch.logical_not(stop)), 1)
      token = torch.index_select(token, 0, on)
      residual = torch.index_select(residual, 0, on)
      going = torch.size(token, 0) > 0 and step < iterations
    where, inverse, _0 = torch._unique2(torch.cat(positions), True, True)
    sums = torch.index_add_(torch.zeros([torch.size(where, 0)], dtype=6, layout=None, device=device), 0, inverse, torch.cat(values))
    active = torch.squeeze(torch.nonzero(sums), 1)
    return (torch.index_select(where, 0, active), torch.index_select(sums, 0, active))

  def encode_by_pursuit(self, activations: Tensor, d_in: int, input_scale: float, normalization: int, check: bool, b_dec: Tensor, subtract_b_dec: bool, w_dec: List[Tensor], transposed: bool, widen: bool, d_sae: int, threshold: float, iterations: int, stop_on_duplicate: bool, chunk_tokens: int, block_features: int, dense: List[Tensor]) -> Tuple[List[int], List[Tensor], List[Tensor], List[Tensor], List[Tensor]]:
    rows = torch.reshape(activations, [-1, d_in])
    tokens = torch.size(rows, 0)
    bad = annotate(List[int], [])
    scales = annotate(List[Tensor], [])
    shifts = annotate(List[Tensor], [])
    positions = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    for c in range((tokens + chunk_tokens - 1) // chunk_tokens):
      token = c * chunk_tokens
      n = min(chunk_tokens, tokens - token)
      if torch.len(bad) == 0:
        found, x, scale, shift = self.transform(torch.narrow(rows, 0, token, n), d_in, input_scale, normalization, check, b_dec, subtract_b_dec)
        if torch.len(found) > 0:
          torch.append(bad, token * d_in + found[0])
        else:
          torch.append(scales, scale)
          torch.append(shifts, shift)
          chosen, value = self.pursue(x, w_dec, transposed, widen, d_sae, threshold, iterations, stop_on_duplicate, block_features)
          if torch.len(dense) > 0:
            flat = torch.view(torch.narrow(torch.view(dense[0], [tokens, d_sae]), 0, token, n), [n * d_sae])
            torch.index_copy_(torch.zero_(flat), 0, chosen, value)
          else:
            torch.append(positions, chosen)
            torch.append(values, value)
    return (bad, scales, shifts, positions, values)

  def attend(self, q: Tensor, k: Tensor, v: Tensor, first: int, heads: int) -> Tensor:
    n = torch.size(q, 0)
    seen = first + n
    head = torch.size(q, 1) // heads
    queries = torch.transpose(torch.view(q, [n, heads, head]), 0, 1)
    keys = torch.transpose(torch.view(torch.narrow(k, 0, 0, seen), [seen, heads, head]), 0, 1)
    contents = torch.transpose(torch.view(torch.narrow(v, 0, 0, seen), [seen, heads, -1]), 0, 1)
    scores = torch.div(torch.bmm(queries, torch.transpose(keys, 1, 2)), torch.sqrt(head))
    later = torch.triu(torch.ones([n, seen], dtype=11, layout=None, device=ops.prim.device(q)), first + 1)
    weights = torch.softmax(torch.masked_fill(scores, later, -inf), 2)
    return torch.reshape(torch.transpose(torch.bmm(weights, contents), 0, 1), [n, torch.size(v, 1)])

  def predict(self, residual: Tensor, predicted: Tensor, first_token: int, tokens: int, factor: float, w_enc: List[Tensor], enc_transposed: bool, enc_widen: bool, w_dec: List[Tensor], dec_transposed: bool, dec_widen: bool, query: List[Tensor], query_transposed: bool, query_widen: bool, query_bias: Tensor, key: List[Tensor], key_transposed: bool, key_widen: bool, key_bias: Tensor, value: List[Tensor], value_transposed: bool, value_widen: bool, value_bias: Tensor, out: List[Tensor], out_transposed: bool, out_widen: bool, out_bias: Tensor, heads: int, chunk_tokens: int, block_features: int) -> Tensor:
    device = ops.prim.device(residual)
    d_sae = torch.size(value_bias, 0)
    none = torch.zeros([d_sae], dtype=6, layout=None, device=device)
    q = torch.empty([tokens, torch.size(query_bias, 0)], dtype=6, device=device)
    k = torch.empty([tokens + 1, torch.size(key_bias, 0)], dtype=6, device=device)
    v = torch.empty([tokens + 1, d_sae], dtype=6, device=device)
    torch.copy_(torch.select(k, 0, 0), key_bias)
    torch.copy_(torch.select(v, 0, 0), value_bias)
    for c in range((tokens + chunk_tokens - 1) // chunk_tokens):
      token = c * chunk_tokens
      n = min(chunk_tokens, tokens - token)
      r = torch.narrow(residual, 0, first_token + token, n)
      z = torch.relu_(self.linear(torch.mul(r, factor), w_enc, enc_transposed, enc_widen, none, block_features))
      torch.copy_(torch.narrow(q, 0, token, n), self.linear(z, query, query_transposed, query_widen, query_bias, block_features))
      torch.copy_(torch.narrow(k, 0, token + 1, n), self.linear(z, key, key_transposed, key_widen, key_bias, block_features))
      torch.copy_(torch.narrow(v, 0, token + 1, n), self.linear(z, value, value_transposed, value_widen, value_bias, block_features))
    for c in range((tokens + chunk_tokens - 1) // chunk_tokens):
      token = c * chunk_tokens
      n = min(chunk_tokens, tokens - token)
      r = torch.narrow(residual, 0, first_token + token, n)
      attended = self.attend(torch.narrow(q, 0, token, n), k, v, token, heads)
      p = torch.relu_(self.linear(attended, out, out_transposed, out_widen, out_bias, block_features))
      d = torch.zeros([n, torch.size(r, 1)], dtype=6, layout=None, device=device)
      self.combine(p, w_dec, dec_transposed, dec_widen, block_features, d)
      length = torch.add(torch.linalg_vector_norm(d, 2, [1]), 1e-06)
      projected = torch.div(torch.sum(torch.mul(d, r), [1]), torch.pow(length, 2))
      share = torch.mul(d, torch.unsqueeze(projected, 1))
      torch.add_(torch.narrow(predicted, 0, first_token + token, n), share)
      torch.sub_(r, share)
    return residual

  def cleared(self, rows: Tensor) -> Tensor:
    return torch.zero_(rows)

  def undo_scales(self, predicted: Tensor, scale: Tensor, input_scale: float) -> Tensor:
    if torch.numel(scale) > 0:
      torch.mul_(predicted, torch.unsqueeze(scale, 1))
    if input_scale != 1.:
      torch.div_(predicted, input_scale)
    return predicted

  def add_rows(self, out: Tensor, rows: Tensor) -> Tensor:
    return torch.add_(torch.view(out, [torch.size(rows, 0), -1]), rows)
