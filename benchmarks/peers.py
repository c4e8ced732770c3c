"""What sae4j is compared with: SAELens, or the lines that it runs, in Python's torch or in libtorch by DJL.

A peer takes the same files as sae4j. All of them compute dense features in float32, which is SAELens's default type;
those in Python also take the weights as they are stored, in bfloat16.
"""

import ctypes
import json
import mmap
import os
import pathlib
import struct
import tempfile
import time

TORCH_TYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def best(worker, folder, activations, k, wanted=None):
    """Returns the best peer that there is here, or the one that was asked for."""
    for name, make in (("saelens", SaeLensPeer), ("torch", TorchPeer)):
        if wanted in (None, name):
            try:
                return make(folder, activations, k)
            except ImportError:
                if wanted:
                    raise
    return WorkerPeer(worker)


class TorchPeer:
    """The lines that SAELens 6 runs for these two architectures, in Python's torch."""

    types = ("float32", "bfloat16")

    def __init__(self, folder, activations, k):
        import torch

        self.torch = torch
        self.folder = pathlib.Path(folder)
        self.k = k
        self.weights = {}
        self.activations = tensor(torch, activations, "activations").float()
        self.features = (None, None)

    def describe(self):
        return f"PyTorch {self.torch.__version__} (Python), the lines of SAELens, {self.torch.get_num_threads()} threads"

    def open(self, sae, dtype):
        self.sae, self.dtype = sae, dtype
        if dtype not in self.weights:
            wanted = getattr(self.torch, dtype)
            file = self.folder / "sae_weights.safetensors"
            self.weights[dtype] = {
                name: tensor(self.torch, file, name).to(wanted) for name in ("W_enc", "b_enc", "W_dec", "b_dec")
            }
            config = json.loads((self.folder / "cfg.json").read_text())
            self.subtract = config.get("apply_b_dec_to_input", True)

    def encode(self, x):
        w = self.weights[self.dtype]
        x = x.to(w["W_enc"].dtype)
        if self.subtract:
            x = x - w["b_dec"]
        products = x @ w["W_enc"] + w["b_enc"]
        if self.sae == "topk":
            values, indices = self.torch.topk(products, k=self.k, dim=-1, sorted=False)
            return self.torch.zeros_like(products).scatter_(-1, indices, values.relu())
        return self.torch.relu(products)

    def decode(self, features):
        w = self.weights[self.dtype]
        return features @ w["W_dec"] + w["b_dec"]

    def work(self, work, tokens):
        """Returns the function that is timed and its argument."""
        x = self.activations[:tokens]
        if work != "decode":
            return self.encode, x
        key = (self.sae, self.dtype, tokens)
        if self.features[0] != key:
            self.features = (key, self.encode(x))
        return self.decode, self.features[1]

    def run(self, work, tokens, calls):
        total = 0
        with self.torch.inference_mode():
            function, argument = self.work(work, tokens)
            for _ in range(calls):
                start = time.perf_counter_ns()
                result = function(argument)
                total += time.perf_counter_ns() - start
                del result
        return total

    def write(self, work, tokens, file):
        with self.torch.inference_mode():
            function, argument = self.work(work, tokens)
            result = function(argument).float().contiguous()
        size = result.numel() * result.element_size()
        with open(file, "wb") as out:
            out.write((ctypes.c_char * size).from_address(result.data_ptr()))


class SaeLensPeer(TorchPeer):
    """SAELens itself."""

    def __init__(self, folder, activations, k):
        import sae_lens

        super().__init__(folder, activations, k)
        self.version = sae_lens.__version__
        self.load = sae_lens.SAE.load_from_disk
        self.saes = {}

    def describe(self):
        threads = self.torch.get_num_threads()
        return f"SAELens {self.version} on PyTorch {self.torch.__version__} (Python), {threads} threads"

    def open(self, sae, dtype):
        self.sae, self.dtype = sae, dtype
        if (sae, dtype) in self.saes:
            return
        with tempfile.TemporaryDirectory() as scratch:
            config = json.loads((self.folder / "cfg.json").read_text())
            if sae == "topk":
                config.update(architecture="topk", k=self.k)
            (pathlib.Path(scratch) / "cfg.json").write_text(json.dumps(config))
            weights = self.folder / "sae_weights.safetensors"
            os.symlink(weights.resolve(), pathlib.Path(scratch) / weights.name)
            # One at a time: each holds all weights in its own type.
            self.saes = {(sae, dtype): self.load(scratch, device="cpu", dtype=dtype)}

    def encode(self, x):
        return self.saes[self.sae, self.dtype].encode(x)

    def decode(self, features):
        return self.saes[self.sae, self.dtype].decode(features)


class WorkerPeer:
    """The same lines run by libtorch through DJL, for machines without Python's torch."""

    types = ("float32",)

    def __init__(self, worker):
        self.worker = worker
        self.opened = None

    def describe(self):
        threads, _, pytorch = self.worker.machine()
        return f"libtorch {pytorch} (DJL), the lines of SAELens, {threads} threads"

    def open(self, sae, dtype):
        if self.opened != sae:
            self.worker.ask("peer", sae)
            self.opened = sae

    def run(self, work, tokens, calls):
        return int(self.worker.ask("peer-run", work, tokens, calls)[0])

    def write(self, work, tokens, file):
        self.worker.ask("peer-write", work, tokens, file)


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
