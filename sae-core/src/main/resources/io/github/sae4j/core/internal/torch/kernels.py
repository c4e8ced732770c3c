class Kernels(Module):
  __parameters__ = []
  __buffers__ = []

  def as_bfloat16(self, half: Tensor) -> Tensor:
    alias = torch.empty([0], dtype=15, device=ops.prim.device(half))
    return torch.set_(alias, half)

  # The bits of float32 values as int32, in the same memory.
  def bits(self, values: Tensor) -> Tensor:
    alias = torch.empty([0], dtype=3, device=ops.prim.device(values))
    return torch.set_(alias, values)

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

  # What was given, as float32 on the device of another tensor. It crosses in its own type, which is never the larger one.
  def brought(self, given: Tensor, like: Tensor) -> Tensor:
    return torch.to(torch.to(given, ops.prim.device(like), ops.prim.dtype(given)), 6)

  def as_rows(self, given: Tensor, width: int) -> Tensor:
    return torch.reshape(given, [-1, width])

  # Memory that the device reads and writes without a detour, for rows that the Java heap fills.
  def pinned_rows(self, rows: int, width: int) -> Tensor:
    return torch.empty([rows, width], dtype=6, device=torch.device("cpu"), pin_memory=True)

  # Some rows as the Java heap takes them.
  def host_rows(self, activations: Tensor, d_in: int, first: int, count: int) -> Tensor:
    rows = torch.narrow(torch.reshape(activations, [-1, d_in]), 0, first, count)
    return torch.contiguous(torch.to(rows, torch.device("cpu"), 6))

  def non_finite(self, x: Tensor, first: int) -> List[int]:
    finite = torch.isfinite(x)
    at = annotate(List[int], [])
    if not bool(torch.all(finite)):
      torch.append(at, first + int(torch.argmin(torch.to(torch.flatten(finite), 1))))
    return at

  # The same of results, which are finite nearly always: then their sum mostly is, and costs less.
  def overflown(self, x: Tensor, first: int) -> List[int]:
    at = annotate(List[int], [])
    if not bool(torch.isfinite(torch.sum(x))):
      at = self.non_finite(x, first)
    return at

  def normalize(self, x: Tensor, affine: List[Tensor], input_scale: float, normalization: int) -> Tuple[Tensor, Tensor, Tensor]:
    if torch.len(affine) > 0:
      x = torch.mul(torch.sub(x, affine[0]), affine[1])
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

  def transform(self, activations: Tensor, d_in: int, affine: List[Tensor], input_scale: float, normalization: int, check: bool, b_dec: Tensor, subtract_b_dec: bool) -> Tuple[List[int], Tensor, Tensor, Tensor]:
    x = self.brought(torch.reshape(activations, [-1, d_in]), b_dec)
    bad = annotate(List[int], [])
    if check:
      bad = self.non_finite(x, 0)
    x, scale, shift = self.normalize(x, affine, input_scale, normalization)
    if subtract_b_dec:
      x = torch.sub(x, b_dec)
    return (bad, torch.clone(x), scale, shift)

  def inverse_transform(self, activations: Tensor, d_in: int, affine: List[Tensor], input_scale: float, normalization: int, check: bool, b_dec: Tensor) -> Tuple[List[int], Tensor, Tensor]:
    x = self.brought(torch.reshape(activations, [-1, d_in]), b_dec)
    bad = annotate(List[int], [])
    if check:
      bad = self.non_finite(x, 0)
    x, scale, shift = self.normalize(x, affine, input_scale, normalization)
    return (bad, scale, shift)

  # A block of columns of a matrix that lies in parts of whole rows, widened to float32 if there is room for it.
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

  # A block of rows of such a matrix.
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

  # Exact products of 8-bit numbers, [tokens, d_in] by rows [features, d_in], as float32 holds them.
  def byte_products(self, x: Tensor, w: Tensor) -> Tensor:
    return torch.to(torch._int_mm(x, torch.t(w)), 6)

  # What byte_products is timed against when an encoder is prepared.
  def float_products(self, x: Tensor, w: Tensor, out: Tensor) -> Tensor:
    return torch.mm(x, torch.t(w), out=out)
