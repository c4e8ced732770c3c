class Kernels(Module):
  __parameters__ = []
  __buffers__ = []

  # Rows [features, d_in] of 8-bit numbers in the order in which oneDNN reads them.
  def pack(self, w: Tensor, tokens: int) -> Tensor:
    return ops.onednn.qlinear_prepack(w, [tokens, torch.size(w, 1)])

  # Products of 8-bit numbers, [tokens, d_in] by packed rows, as float32 holds them.
  # oneDNN takes tokens without a sign, so 128 more: as many as a flipped first bit makes of them.
  def packed_products(self, x: Tensor, w: Tensor, ones: Tensor, zeros: Tensor) -> Tensor:
    unsigned = torch.set_(torch.empty([0], dtype=0), torch.bitwise_xor(x, -128))
    nothing = annotate(List[Optional[number]], [])
    return ops.onednn.qlinear_pointwise(unsigned, 1., 128, w, ones, zeros, None, 1., 0, 6, "none", nothing, "")
