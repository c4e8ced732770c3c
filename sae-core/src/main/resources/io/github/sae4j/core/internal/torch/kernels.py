class Kernels(Module):
  __parameters__ = []
  __buffers__ = []

  def as_bfloat16(self, half: Tensor) -> Tensor:
    alias = torch.empty([0], dtype=15, device=ops.prim.device(half))
    return torch.set_(alias, half)

  def scalar_type(self, x: Tensor) -> int:
    return ops.prim.dtype(x)

  def join_rows(self, parts: List[Tensor], rows: int, columns: int) -> Tensor:
    first = parts[0]
    whole = torch.empty([rows, columns], dtype=ops.prim.dtype(first), device=ops.prim.device(first))
    row = 0
    for part in parts:
      torch.copy_(torch.narrow(whole, 0, row, torch.size(part, 0)), part)
      row = row + torch.size(part, 0)
    return whole

  def first_non_finite(self, x: Tensor) -> int:
    finite = torch.isfinite(x)
    if bool(torch.all(finite)):
      at = -1
    else:
      at = int(torch.argmin(torch.to(torch.flatten(finite), 1)))
    return at

  def transform(self, x: Tensor, b_dec: Tensor, normalization: int, subtract_b_dec: bool) -> Tuple[Tensor, Tensor, Tensor]:
    tokens = torch.to(x, 6)
    d_in = torch.size(tokens, 1)
    scale = torch.empty([0], dtype=6, device=ops.prim.device(tokens))
    shift = scale
    if normalization == 1:
      scale = torch.div(torch.linalg_vector_norm(tokens, 2, [1]), torch.sqrt(d_in))
      divisor = torch.masked_fill(scale, torch.eq(scale, 0), 1)
      tokens = torch.div(tokens, torch.unsqueeze(divisor, 1))
    elif normalization == 2:
      shift = torch.mean(tokens, [1])
      tokens = torch.sub(tokens, torch.unsqueeze(shift, 1))
      scale = torch.std(tokens, [1], True)
      tokens = torch.div(tokens, torch.unsqueeze(torch.add(scale, 1e-05), 1))
    if subtract_b_dec:
      tokens = torch.sub(tokens, b_dec)
    return (torch.contiguous(tokens), scale, shift)

  def apply_rule(self, rule: int, h: Tensor) -> Tensor:
    return torch.relu_(h)

  def products(self, x: Tensor, narrow: Tensor, block: Tensor, bias: Tensor, wide: Tensor, out: Tensor) -> Tensor:
    if ops.prim.dtype(block) == 6:
      torch.addmm(bias, x, block, out=out)
    elif torch.numel(wide) > 0:
      unpacked = torch.view(torch.narrow(wide, 0, 0, torch.numel(block)), torch.size(block))
      torch.copy_(unpacked, block)
      torch.addmm(bias, x, unpacked, out=out)
    else:
      torch.copy_(out, torch.mm(narrow, block))
      torch.add_(out, bias)
    return out

  def encode_sparse(self, x: Tensor, w_enc: Tensor, bias: Tensor, rule: int, block_features: int) -> Tuple[Tensor, Tensor, List[int]]:
    n = torch.size(x, 0)
    d_in = torch.size(w_enc, 0)
    d_sae = torch.size(w_enc, 1)
    device = ops.prim.device(x)
    empty = torch.empty([0], dtype=6, device=device)
    wide = empty
    if ops.prim.dtype(w_enc) != 6:
      wide = torch.empty([d_in * block_features], dtype=6, device=device)
    buffer = torch.empty([n * block_features], dtype=6, device=device)
    positions = annotate(List[Tensor], [])
    values = annotate(List[Tensor], [])
    counts = annotate(List[int], [])
    for i in range((d_sae + block_features - 1) // block_features):
      start = i * block_features
      size = min(block_features, d_sae - start)
      out = torch.view(torch.narrow(buffer, 0, 0, n * size), [n, size])
      h = self.products(x, x, torch.narrow(w_enc, 1, start, size), torch.narrow(bias, 0, start, size), wide, out)
      acts = torch.flatten(self.apply_rule(rule, h))
      found = torch.squeeze(torch.nonzero(acts), 1)
      torch.append(positions, found)
      torch.append(values, torch.index_select(acts, 0, found))
      torch.append(counts, torch.size(found, 0))
    return (torch.cat(positions), torch.cat(values), counts)
