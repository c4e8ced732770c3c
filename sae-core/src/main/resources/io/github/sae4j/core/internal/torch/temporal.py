  # Attention of a chunk of a sequence over what comes before; keys and values have a token of nothing in front.
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

  # The same token by token where a value is not finite: a weight of 0 would bring NaN to the tokens before it.
  def attend_causally(self, q: Tensor, k: Tensor, v: Tensor, first: int, heads: int) -> Tensor:
    n = torch.size(q, 0)
    if bool(torch.all(torch.isfinite(torch.narrow(v, 0, first, n)))):
      attended = self.attend(q, k, v, first, heads)
    else:
      rows = annotate(List[Tensor], [])
      for i in range(n):
        torch.append(rows, self.attend(torch.narrow(q, 0, i, 1), k, v, first + i, heads))
      attended = torch.cat(rows)
    return attended

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
      attended = self.attend_causally(torch.narrow(q, 0, token, n), k, v, token, heads)
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
