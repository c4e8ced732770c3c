"""What sae4j is compared with: SAELens, or the lines that it runs, in Python's torch or in libtorch by DJL.

A peer takes the same files as sae4j. It computes dense features in float32, which is SAELens's default type, and in the
other number formats that it can be told to load the weights in.
"""

import concurrent.futures
import ctypes
import itertools
import json
import mmap
import os
import pathlib
import struct
import tempfile
import time

from rows import K
from worker import served

TORCH_TYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
# float16 is compared with where a product takes at most so many times as long as in float32: most processors convert.
FLOAT16_WORTH = 2
# bfloat16 is compared with in every row where a product takes at most so many times as long as in float32. Where it takes
# longer, rows of many tokens would take hours, and only those of so few are compared with it, as some processors multiply a
# single token in other ways.
BFLOAT16_WORTH = 10
FEW_TOKENS = 2


def best(worker, activations, wanted=None):
    """Returns the best peer that there is here, or the one that was asked for."""
    for name, make in (("saelens", SaeLensPeer), ("torch", TorchPeer)):
        if wanted in (None, name):
            try:
                return make(activations)
            except ImportError:
                if wanted:
                    raise
    return WorkerPeer(worker)


class TorchPeer:
    """The lines that SAELens 6 runs for these architectures, in Python's torch."""

    def __init__(self, activations):
        import torch

        self.torch = torch
        self.saes = {}
        self.opened = None
        self.activations = tensor(torch, activations, "activations").float()
        self.features = {}
        times = self.product_times()
        self.float16 = times["float16"] / times["float32"]
        self.bfloat16 = times["bfloat16"] / times["float32"]
        self.types = ("float32", "bfloat16", *(["float16"] if self.float16 <= FLOAT16_WORTH else []))

    def types_of(self, row):
        """Returns the number formats that a row is compared in."""
        return types_of(self.types, row, self.bfloat16)

    def product_times(self):
        """Returns how long a product of 64 tokens takes in each number format."""
        best = {}
        with self.torch.inference_mode():
            for dtype, _ in itertools.product(("float32", "float16", "bfloat16"), range(5)):
                x = self.activations[:64].to(getattr(self.torch, dtype))
                w = self.torch.ones(x.shape[1], 512, dtype=x.dtype)
                start = time.perf_counter()
                x @ w
                best[dtype] = min(best.get(dtype, 1e9), time.perf_counter() - start)
        return best

    def describe(self):
        return f"PyTorch {self.torch.__version__} (Python), the lines of SAELens, {self.threads()}"

    def threads(self):
        left_out = "" if "float16" in self.types else (
            f"; float16 left out, a product takes {self.float16:.0f} times as long as in float32")
        return f"{self.torch.get_num_threads()} threads{left_out}{slow_bfloat16(self.bfloat16)}"

    def open(self, sae, folder, side):
        """Opens an SAE in all number formats, in place of the one before."""
        if self.opened != (sae, folder):
            self.saes = {}
            self.features = {}
            self.saes = {dtype: self.load(sae, pathlib.Path(folder), dtype) for dtype in self.types}
            self.opened = (sae, folder)

    def load(self, sae, folder, dtype):
        return TorchSae(self.torch, sae, folder, dtype)

    def work(self, work, tokens, dtype):
        """Returns the function that is timed and its argument."""
        sae = self.saes[dtype]
        x = self.activations[:tokens]
        if work != "decode":
            return sae.encode, x
        if (dtype, tokens) not in self.features:
            self.features[dtype, tokens] = sae.encode(x)
        return sae.decode, self.features[dtype, tokens]

    def run(self, work, tokens, calls, dtype):
        total = 0
        with self.torch.inference_mode():
            function, argument = self.work(work, tokens, dtype)
            for _ in range(calls):
                start = time.perf_counter_ns()
                result = function(argument)
                total += time.perf_counter_ns() - start
                del result
        return total

    def serve(self, threads, sizes, dtype):
        """Returns the nanoseconds of all requests together, and of each, from so many threads over one SAE."""
        encode = self.saes[dtype].encode
        begins = itertools.accumulate(sizes, initial=0)
        rest = len(self.activations)
        inputs = [self.activations[at : at + size] for at, size in
                  ((begin % (rest - size + 1), size) for begin, size in zip(begins, sizes))]

        def request(x):
            with self.torch.inference_mode():
                start = time.perf_counter_ns()
                encode(x)
                return time.perf_counter_ns() - start

        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: time.sleep(0.01), range(threads)))
            start = time.perf_counter_ns()
            latencies = list(pool.map(request, inputs))
            return time.perf_counter_ns() - start, latencies

    def write(self, work, tokens, file, dtype):
        with self.torch.inference_mode():
            function, argument = self.work(work, tokens, dtype)
            result = function(argument).float().contiguous()
        size = result.numel() * result.element_size()
        with open(file, "wb") as out:
            out.write((ctypes.c_char * size).from_address(result.data_ptr()))


class TorchSae:
    """An SAE's weights in a number format, and SAELens's lines on them."""

    def __init__(self, torch, sae, folder, dtype):
        self.torch = torch
        self.sae = sae
        file = folder / "sae_weights.safetensors"

        def weights(name):
            return tensor(torch, file, name).to(getattr(torch, dtype), copy=True)

        self.w_enc, self.b_enc, self.w_dec, self.b_dec = map(weights, ("W_enc", "b_enc", "W_dec", "b_dec"))
        if sae == "transposed":
            self.w_enc = lying_transposed(self.w_enc)
        self.threshold = weights("threshold") if sae == "jumprelu" else None
        config = json.loads((folder / "cfg.json").read_text())
        self.subtract = config.get("apply_b_dec_to_input", True)

    def encode(self, x):
        x = x.to(self.w_enc.dtype)
        if self.subtract:
            x = x - self.b_dec
        products = x @ self.w_enc + self.b_enc
        if self.sae == "topk":
            values, indices = self.torch.topk(products, k=K, dim=-1, sorted=False)
            return self.torch.zeros_like(products).scatter_(-1, indices, values.relu())
        features = self.torch.relu(products)
        return features if self.threshold is None else features * (products > self.threshold).to(features.dtype)

    def decode(self, features):
        return features @ self.w_dec + self.b_dec


class SaeLensPeer(TorchPeer):
    """SAELens itself."""

    def __init__(self, activations):
        import sae_lens

        super().__init__(activations)
        self.sae_lens = sae_lens

    def describe(self):
        return f"SAELens {self.sae_lens.__version__} on PyTorch {self.torch.__version__} (Python), {self.threads()}"

    def load(self, sae, folder, dtype):
        with tempfile.TemporaryDirectory() as scratch:
            config = json.loads((folder / "cfg.json").read_text())
            if sae == "topk":
                config.update(architecture="topk", k=K)
            (pathlib.Path(scratch) / "cfg.json").write_text(json.dumps(config))
            weights = folder / "sae_weights.safetensors"
            os.symlink(weights.resolve(), pathlib.Path(scratch) / weights.name)
            loaded = self.sae_lens.SAE.load_from_disk(scratch, device="cpu", dtype=dtype)
        if sae == "transposed":
            loaded.W_enc.data = lying_transposed(loaded.W_enc.data)
        return loaded


class WorkerPeer:
    """The same lines run by libtorch through DJL, for machines without Python's torch."""

    types = ("float32", "bfloat16")

    def __init__(self, worker):
        self.worker = worker
        self.opened = None
        self.bfloat16 = None

    def describe(self):
        threads, _, pytorch = self.worker.machine()
        return f"libtorch {pytorch} (DJL), the lines of SAELens, {threads} threads{slow_bfloat16(self.bfloat16)}"

    def types_of(self, row):
        return types_of(self.types, row, self.bfloat16)

    def open(self, sae, folder, side):
        if self.opened != (sae, folder):
            self.worker.ask("peer", side)
            self.opened = (sae, folder)
        if self.bfloat16 is None:
            times = {dtype: min(self.run("encode", FEW_TOKENS, 1, dtype) for _ in range(2)) for dtype in self.types}
            self.bfloat16 = times["bfloat16"] / times["float32"]

    def run(self, work, tokens, calls, dtype):
        return int(self.worker.ask("peer-run", dtype, work, tokens, calls)[0])

    def serve(self, threads, sizes, dtype):
        return served(self.worker.ask("peer-serve", dtype, threads, ",".join(map(str, sizes))))

    def write(self, work, tokens, file, dtype):
        self.worker.ask("peer-write", dtype, work, tokens, file)


def types_of(types, row, bfloat16):
    return tuple(dtype for dtype in types
                 if dtype != "bfloat16" or bfloat16 <= BFLOAT16_WORTH or row.tokens <= FEW_TOKENS)


def slow_bfloat16(times):
    if times is None or times <= BFLOAT16_WORTH:
        return ""
    return (f"; bfloat16 left out with more than {FEW_TOKENS} tokens, a product takes {times:.0f} times as long as in"
            " float32")


def lying_transposed(matrix):
    """Returns the same matrix, column by column in memory."""
    return matrix.t().contiguous().t()


def tensor(torch, file, name):
    """Reads a tensor of a safetensors file, over the pages of the file."""
    with open(file, "rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        entry = json.loads(opened.read(length))[name]
        pages = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY)
    begin, end = entry["data_offsets"]
    dtype = getattr(torch, TORCH_TYPES[entry["dtype"]])
    count = (end - begin) // torch.empty(0, dtype=dtype).element_size()
    return torch.frombuffer(pages, dtype=dtype, count=count, offset=8 + length + begin).reshape(entry["shape"])
