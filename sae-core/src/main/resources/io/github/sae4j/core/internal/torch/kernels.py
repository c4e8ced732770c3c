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

  def normalize(self, x: Tensor, normalization: int) -> Tuple[Tensor, Tensor, Tensor]:
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

  def inverse_transform(self, activations: Tensor, d_in: int, b_dec: Tensor, normalization: int, check: bool) -> Tuple[List[int], Tensor, Tensor]:
    x = torch.to(torch.reshape(activations, [-1, d_in]), ops.prim.device(b_dec), 6)
    bad = annotate(List[int], [])
    if check:
      bad = self.non_finite(x, 0)
    x, scale, shift = self.normalize(x, normalization)
    return (bad, scale, shift)

  def products(self, x: Tensor, w_enc: List[Tensor], first: int, count: int, bias: Tensor, wide: Tensor, out: Tensor) -> Tensor:
    added = torch.narrow(bias, 0, first, count)
    if torch.numel(wide) > 0:
      d_in = torch.size(x, 1)
      block = torch.view(torch.narrow(wide, 0, 0, d_in * count), [d_in, count])
      row = 0
      for part in w_enc:
        rows = torch.size(part, 0)
        torch.copy_(torch.narrow(block, 0, row, rows), torch.narrow(part, 1, first, count))
        row = row + rows
      torch.addmm(added, x, block, out=out)
    else:
      block = torch.narrow(w_enc[0], 1, first, count)
      if ops.prim.dtype(block) == 6:
        torch.addmm(added, x, block, out=out)
      else:
        torch.copy_(out, torch.mm(x, block))
        torch.add_(out, added)
    return out

  def encode(self, activations: Tensor, d_in: int, w_enc: List[Tensor], widen: bool, b_dec: Tensor, bias: Tensor, parameters: List[Tensor], normalization: int, subtract_b_dec: bool, check: bool, chunk_tokens: int, block_features: int, dense: List[Tensor]) -> Tuple[List[int], List[Tensor], List[Tensor], List[Tensor], List[Tensor]]:
    device = ops.prim.device(bias)
    rows = torch.reshape(activations, [-1, d_in])
    tokens = torch.size(rows, 0)
    d_sae = torch.size(bias, 0)
    wide = torch.empty([0], dtype=6, device=device)
    if widen:
      wide = torch.empty([d_in * block_features], dtype=6, device=device)
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
        x, scale, shift = self.normalize(x, normalization)
        torch.append(scales, scale)
        torch.append(shifts, shift)
        if subtract_b_dec:
          x = torch.sub(x, b_dec)
        x = torch.contiguous(x)
        if not widen:
          x = torch.to(x, ops.prim.dtype(w_enc[0]))
        for i in range((d_sae + block_features - 1) // block_features):
          first = i * block_features
          count = min(block_features, d_sae - first)
          out = torch.view(torch.narrow(buffer, 0, 0, n * count), [n, count])
          h = self.products(x, w_enc, first, count, bias, wide, out)
          p = annotate(List[Tensor], [])
          for parameter in parameters:
            torch.append(p, torch.narrow(parameter, 0, first, count))
          h = self.activate(h, p)
          if torch.len(dense) > 0:
            whole = torch.view(dense[0], [tokens, d_sae])
            torch.copy_(torch.narrow(torch.narrow(whole, 0, token, n), 1, first, count), h)
          else:
            acts = torch.flatten(h)
            found = torch.squeeze(torch.nonzero(acts), 1)
            torch.append(positions, found)
            torch.append(values, torch.index_select(acts, 0, found))
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

  def finish(self, out: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    torch.add_(out, b_dec)
    if torch.numel(scale) > 0:
      torch.mul_(out, torch.unsqueeze(scale, 1))
    if torch.numel(shift) > 0:
      torch.add_(out, torch.unsqueeze(shift, 1))
    return out

  def rows_of(self, w_dec: List[Tensor], indices: Tensor, table: Tensor) -> Tensor:
    count = torch.size(indices, 0)
    rows = torch.narrow(table, 0, 0, count)
    if torch.len(w_dec) == 1:
      torch.copy_(rows, torch.index_select(w_dec[0], 0, indices))
    else:
      first = 0
      for part in w_dec:
        size = torch.size(part, 0)
        here = torch.squeeze(torch.nonzero(torch.logical_and(torch.ge(indices, first), torch.lt(indices, first + size))), 1)
        found = torch.index_select(part, 0, torch.sub(torch.index_select(indices, 0, here), first))
        torch.index_copy_(rows, 0, here, torch.to(found, 6))
        first = first + size
    return rows

  def decode_sparse(self, offsets: Tensor, indices: Tensor, values: Tensor, pieces: List[int], piece_rows: int, w_dec: List[Tensor], b_dec: Tensor, scale: Tensor, shift: Tensor, out: Tensor, first_token: int) -> Tensor:
    device = ops.prim.device(b_dec)
    table = torch.empty([piece_rows, torch.size(b_dec, 0)], dtype=6, device=device)
    order = torch.arange(piece_rows, dtype=4, layout=None, device=device)
    whole = torch.view(out, [-1, torch.size(b_dec, 0)])
    sums = torch.zero_(torch.narrow(whole, 0, first_token, torch.size(offsets, 0) - 1))
    for i in range(torch.len(pieces) // 4):
      token = pieces[4 * i]
      tokens = pieces[4 * i + 1]
      first = pieces[4 * i + 2]
      count = pieces[4 * i + 3]
      rows = self.rows_of(w_dec, torch.narrow(indices, 0, first, count), table)
      starts = torch.clamp(torch.sub(torch.narrow(offsets, 0, token, tokens), first), 0)
      added, _0, _1, _2 = torch.embedding_bag(rows, torch.narrow(order, 0, 0, count), starts, False, 0, False, torch.narrow(values, 0, first, count), False)
      torch.add_(torch.narrow(sums, 0, token, tokens), added)
    return self.finish(sums, b_dec, scale, shift)

  def decode_dense(self, features: Tensor, w_dec: List[Tensor], widen: bool, block_features: int, b_dec: Tensor, scale: Tensor, shift: Tensor, out: Tensor) -> Tensor:
    device = ops.prim.device(b_dec)
    d_out = torch.size(b_dec, 0)
    wide = torch.empty([0], dtype=6, device=device)
    if widen:
      wide = torch.empty([block_features * d_out], dtype=6, device=device)
    sums = torch.zero_(torch.view(out, [-1, d_out]))
    before = 0
    for part in w_dec:
      size = torch.size(part, 0)
      for i in range((size + block_features - 1) // block_features):
        first = i * block_features
        count = min(block_features, size - first)
        rows = torch.narrow(part, 0, first, count)
        block = torch.narrow(features, 1, before + first, count)
        if widen:
          unpacked = torch.view(torch.narrow(wide, 0, 0, count * d_out), [count, d_out])
          torch.copy_(unpacked, rows)
          torch.addmm_(sums, block, unpacked)
        else:
          torch.add_(sums, torch.mm(torch.to(block, ops.prim.dtype(rows)), rows))
      before = before + size
    return self.finish(sums, b_dec, scale, shift)
