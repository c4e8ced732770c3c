  # The features of some tokens, float32, and those that are not zero if they are few. They come one after the other, or
  # packed.
  def nonzeros(self, features: Tensor, d_sae: int, first_token: int, n: int, b_dec: Tensor, check: bool, most: int, on_device: bool) -> Tuple[List[int], Tensor, List[Tensor]]:
    rows = self.brought(torch.narrow(torch.reshape(features, [-1, d_sae]), 0, first_token, n), b_dec)
    bad = annotate(List[int], [])
    if check:
      bad = self.non_finite(rows, first_token * d_sae)
    found = annotate(List[Tensor], [])
    if torch.len(bad) == 0:
      if int(torch.count_nonzero(rows)) <= most:
        flat = torch.flatten(rows)
        at = torch.squeeze(torch.nonzero(flat), 1)
        value = torch.index_select(flat, 0, at)
        if on_device:
          torch.append(found, self.packed([at], [value], n, d_sae, d_sae))
        else:
          torch.append(found, at)
          torch.append(found, value)
    return (bad, rows, found)

  def finish(self, out: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor, input_scale: float, affine: List[Tensor]) -> Tensor:
    torch.add_(out, b_dec)
    if torch.numel(scale) > 0:
      torch.mul_(out, torch.unsqueeze(scale, 1))
    if torch.numel(shift) > 0:
      torch.add_(out, torch.unsqueeze(shift, 1))
    if input_scale != 1.:
      torch.div_(out, input_scale)
    if torch.len(affine) > 0:
      torch.add_(torch.mul_(out, affine[0]), affine[1])
    return out

  # Rows of the decoder by their indices, widened to float32.
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

  def decode_sparse(self, offsets: Tensor, indices: Tensor, values: Tensor, pieces: List[int], piece_rows: int, w_dec: List[Tensor], transposed: bool, norms: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor, input_scale: float, affine: List[Tensor], out: Tensor, first_token: int, check: bool) -> List[int]:
    device = ops.prim.device(b_dec)
    indices = torch.to(indices, 4)
    offsets = torch.to(offsets, 4)
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
    self.finish(sums, b_dec, scale, shift, input_scale, affine)
    bad = annotate(List[int], [])
    if check:
      bad = self.overflown(sums, first_token * torch.size(b_dec, 0))
    return bad

  def decode_dense(self, features: Tensor, w_dec: List[Tensor], transposed: bool, widen: bool, block_features: int, norms: Tensor, b_dec: Tensor, scale: Tensor, shift: Tensor, input_scale: float, affine: List[Tensor], out: Tensor, first_token: int, check: bool) -> List[int]:
    if torch.numel(norms) > 0:
      features = torch.div(features, norms)
    whole = torch.view(out, [-1, torch.size(b_dec, 0)])
    sums = torch.zero_(torch.narrow(whole, 0, first_token, torch.size(features, 0)))
    self.combine(features, w_dec, transposed, widen, block_features, sums)
    self.finish(sums, b_dec, scale, shift, input_scale, affine)
    bad = annotate(List[int], [])
    if check:
      bad = self.overflown(sums, first_token * torch.size(b_dec, 0))
    return bad

  def add_skip(self, activations: Tensor, d_in: int, w_skip: List[Tensor], transposed: bool, widen: bool, d_out: int, block_outputs: int, chunk_tokens: int, out: Tensor) -> Tensor:
    rows = torch.reshape(activations, [-1, d_in])
    tokens = torch.size(rows, 0)
    sums = torch.view(out, [tokens, d_out])
    none = torch.zeros([d_out], dtype=6, layout=None, device=ops.prim.device(out))
    for c in range((tokens + chunk_tokens - 1) // chunk_tokens):
      token = c * chunk_tokens
      n = min(chunk_tokens, tokens - token)
      x = torch.contiguous(self.brought(torch.narrow(rows, 0, token, n), out))
      torch.add_(torch.narrow(sums, 0, token, n), self.linear(x, w_skip, transposed, widen, none, block_outputs))
    return out
