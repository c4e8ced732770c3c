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

  def decode_dense(self, features: Tensor, w_dec: List[Tensor], transposed: bool, widen: bool, block_features: int, norms: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor, input_scale: float, out: Tensor) -> Tensor:
    d_out = torch.size(b_dec, 0)
    d_sae = torch.size(features, 1)
    wide = self.widened(widen, block_features * d_out, b_dec)
    sums = torch.zero_(torch.view(out, [-1, d_out]))
    for i in range((d_sae + block_features - 1) // block_features):
      first = i * block_features
      count = min(block_features, d_sae - first)
      block = torch.narrow(features, 1, first, count)
      if torch.numel(norms) > 0:
        block = torch.div(block, torch.narrow(norms, 0, first, count))
      rows = self.decoder_block(w_dec, transposed, first, count, wide)
      if ops.prim.dtype(rows) == 6:
        torch.addmm_(sums, block, rows)
      else:
        torch.add_(sums, torch.mm(torch.to(block, ops.prim.dtype(rows)), rows))
    return self.finish(sums, b_dec, scale, shift, input_scale)

  def add_skip(self, activations: Tensor, d_in: int, w_skip: List[Tensor], transposed: bool, widen: bool, d_out: int, block_outputs: int, chunk_tokens: int, out: Tensor) -> Tensor:
    rows = torch.reshape(activations, [-1, d_in])
    tokens = torch.size(rows, 0)
    sums = torch.view(out, [tokens, d_out])
    wide = self.widened(widen, d_in * block_outputs, out)
    for c in range((tokens + chunk_tokens - 1) // chunk_tokens):
      token = c * chunk_tokens
      n = min(chunk_tokens, tokens - token)
      x = torch.contiguous(torch.to(torch.narrow(rows, 0, token, n), ops.prim.device(out), 6))
      if not widen:
        x = torch.to(x, ops.prim.dtype(w_skip[0]))
      for i in range((d_out + block_outputs - 1) // block_outputs):
        first = i * block_outputs
        count = min(block_outputs, d_out - first)
        block = self.encoder_block(w_skip, transposed, first, count, wide)
        torch.add_(torch.narrow(torch.narrow(sums, 0, token, n), 1, first, count), torch.mm(x, block))
    return out
