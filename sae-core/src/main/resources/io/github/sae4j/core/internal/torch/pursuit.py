  # Adds one feature to each token that is not done, until all are; tokens that are done leave the product. A step that
  # adds 0 leaves the residual as it is, and what is not a number, which has the index 0, stays so: all further steps would
  # change nothing.
  def pursue(self, residual: Tensor, w_dec: List[Tensor], transposed: bool, widen: bool, d_sae: int, threshold: float, iterations: int, stop_on_duplicate: bool, block_features: int) -> Tuple[Tensor, Tensor]:
    device = ops.prim.device(residual)
    n = torch.size(residual, 0)
    d_in = torch.size(residual, 1)
    wide = self.widened(widen, d_in * block_features, residual)
    table = torch.empty([n, d_in], dtype=6, device=device)
    token = torch.arange(n, dtype=4, layout=None, device=device)
    support = torch.full([n, 64], -1, dtype=4, layout=None, device=device)
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
        better = torch.logical_or(torch.gt(largest, best), torch.gt(torch.isnan(largest), torch.isnan(best)))
        best = torch.where(better, largest, best)
        index = torch.where(better, torch.add(at, first), index)
      rows = self.rows_of(w_dec, transposed, index, table)
      value = torch.relu(torch.sum(torch.mul(residual, rows), [1]))
      residual = torch.sub(residual, torch.mul(torch.unsqueeze(value, 1), rows))
      torch.append(positions, torch.add(torch.mul(token, d_sae), index))
      torch.append(values, value)
      none = torch.eq(value, 0)
      stop = torch.logical_or(none, torch.logical_and(torch.isnan(value), torch.eq(index, 0)))
      if stop_on_duplicate:
        if step == torch.size(support, 1):
          support = torch.cat([support, torch.full_like(support, -1)], 1)
        found = torch.any(torch.eq(torch.index_select(torch.narrow(support, 1, 0, step), 0, token), torch.unsqueeze(index, 1)), 1)
        stop = torch.logical_or(found, stop)
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

  def encode_by_pursuit(self, activations: Tensor, d_in: int, affine: List[Tensor], input_scale: float, normalization: int, check: bool, b_dec: Tensor, subtract_b_dec: bool, w_dec: List[Tensor], transposed: bool, widen: bool, d_sae: int, threshold: float, iterations: int, stop_on_duplicate: bool, chunk_tokens: int, block_features: int, dense: List[Tensor]) -> Tuple[List[int], List[Tensor], List[Tensor], List[Tensor], List[Tensor]]:
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
        found, x, scale, shift = self.transform(torch.narrow(rows, 0, token, n), d_in, affine, input_scale, normalization, check, b_dec, subtract_b_dec)
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
