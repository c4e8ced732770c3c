"""The lines of the table that compare.py prints, and the bars that they have to reach."""

import dataclasses
import random
from typing import Mapping, Optional

K = 64
SERVER_THREADS = 8


@dataclasses.dataclass(frozen=True)
class Bars:
    """What a row has to reach; what is None does not count."""

    # How many times as fast as the peer's better number format, and as single ones.
    ratio: Optional[float] = None
    ratios: Mapping[str, float] = dataclasses.field(default_factory=dict)
    # Of the machine's multiply-adds, by the kernel that computes all products.
    of_peak: Optional[float] = None
    of_bandwidth: Optional[float] = None
    # The 99th percentile of all requests, in medians of those with one token.
    p99: Optional[float] = None
    seconds: Optional[float] = None
    bytes: Optional[float] = None

    def __str__(self):
        bars = []
        if self.ratio:
            bars.append(f"{self.ratio:g} ×")
        bars += [f"{bar:g} × {dtype}" for dtype, bar in self.ratios.items()]
        if self.of_peak:
            bars.append(f"{self.of_peak:.0%} of FMA peak unprepared")
        if self.of_bandwidth:
            bars.append(f"{1 / self.of_bandwidth:.2f} × one read")
        if self.p99:
            bars.append(f"p99 ≤ {self.p99:g} × one token")
        if self.seconds:
            bars.append(f"≤ {self.seconds:g} s")
        if self.bytes:
            bars.append(f"≤ {self.bytes / 1e9:.1f} GB")
        return ", ".join(bars)

    def met(self, figures):
        """Returns whether figures reach every bar; one on what was not measured does not count."""
        reached = [
            *(figures[name] >= bar for name, bar in self._least().items() if bar and figures.get(name) is not None),
            *(figures["ratios"][dtype] >= bar for dtype, bar in self.ratios.items() if dtype in figures["ratios"]),
        ]
        if self.p99:
            reached.append(figures["p99"] <= self.p99)
        return all(reached)

    def _least(self):
        return {"ratio": self.ratio, "of_peak_unprepared": self.of_peak, "of_bandwidth": self.of_bandwidth}


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table: what is done, and how well it has to go."""

    name: str
    label: str
    work: str
    tokens: int
    bars: Bars
    # Where the processor multiplies bfloat16 much faster than float32; None if nothing changes there.
    bars_fast_bfloat16: Optional[Bars] = None
    sae: str = "standard"
    weights: Optional[str] = None

    def bars_on(self, fast_bfloat16):
        return self.bars_fast_bfloat16 if fast_bfloat16 and self.bars_fast_bfloat16 else self.bars


def encode(tokens, bars, fast=None, sae="standard", weights=None):
    marks = {"topk": f"top-k (k = {K}) ", "jumprelu": "JumpReLU "}
    parts = [part for part in (sae if sae != "standard" else "", "encode", str(tokens), weights or "") if part]
    label = f"{marks.get(sae, '')}encode {tokens:,}"
    if sae == "transposed":
        label += ", encoder transposed"
    if weights:
        label += f", {weights} weights"
    return Row("-".join(parts), label, "encode", tokens, bars, fast, sae, weights)


ONE = Bars(ratio=2, of_bandwidth=1 / 0.75)
FEW = (Bars(ratio=2), Bars(ratio=1.5))
SOME = (Bars(ratio=1.5),)
MANY = (Bars(ratio=1.5, of_peak=0.8), Bars(ratios={"float32": 4, "bfloat16": 1.1}))
STRONGEST = (Bars(ratio=1.8), Bars(ratio=1.3))
NOT_SLOWER = (Bars(ratio=1),)

# Those of one SAE stand together, for each is opened when its first row comes.
ROWS = [
    encode(1, ONE),
    encode(2, *FEW),
    encode(4, *FEW),
    encode(8, *FEW),
    encode(16, *FEW),
    encode(64, *SOME),
    encode(128, *SOME),
    encode(512, *MANY),
    encode(2048, *MANY),
    Row("dense-512", "dense encode 512", "dense", 512, Bars(ratio=1.2), Bars(ratios={"float32": 1.2})),
    Row("decode-512", "sparse decode 512", "decode", 512, Bars(ratios={"float32": 30, "bfloat16": 4})),
    Row("server", f"1 to 32 tokens from {SERVER_THREADS} threads", "serve", 32, Bars(ratio=2, p99=4),
        Bars(ratio=1.5, p99=4)),
    encode(64, *STRONGEST, sae="topk"),
    encode(512, *STRONGEST, sae="topk"),
    encode(512, *MANY, sae="jumprelu"),
    encode(1, ONE, sae="transposed"),
    encode(512, *MANY, sae="transposed"),
    encode(1, *NOT_SLOWER, weights="float16"),
    encode(512, *NOT_SLOWER, weights="float16"),
    encode(1, *NOT_SLOWER, weights="float32"),
    encode(512, *NOT_SLOWER, weights="float32"),
    Row("cold-start", "cold start, one token", "process", 1, Bars(seconds=1.0)),
    Row("memory", "peak resident memory", "process", 512, Bars(bytes=1e9)),
]


def requests(number):
    """Returns how many tokens each of so many requests has, the same ones each time."""
    sizes = random.Random(1)
    return [1, *(sizes.randint(1, 32) for _ in range(number - 1))]
