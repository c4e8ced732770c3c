  # Which features of a block are above the smallest of the strongest so far, and the strongest with them.
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

  # The strongest of all candidates of a chunk of tokens: those above the smallest value that is kept, and of those equal
  # to it as many as there is room for, the lower index first.
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
