"""The process that runs sae4j, and what it is told."""

import os
import pathlib
import subprocess
import sys

import tensors
from rows import K

HERE = pathlib.Path(__file__).resolve().parent
JAVA = HERE / "java"


class WorkerFailed(Exception):
    """The worker answered with a sentence that says what is wrong."""


class Worker:
    """A long-lived Java process that does what it is told, a line at a time."""

    def __init__(self):
        # Outside the heap lie weights that are not as stored, and prepared encoders.
        options = "-Xmx3g -XX:MaxDirectMemorySize=12g " + os.environ.get("BENCHMARK_JAVA_OPTS", "")
        self.process = subprocess.Popen(
            [str(JAVA), "io.github.sae4j.benchmarks.Worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "BENCHMARK_JAVA_OPTS": options.strip()},
        )

    def ask(self, *fields):
        """Returns the fields of the answer."""
        self.process.stdin.write("\t".join(map(str, fields)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise WorkerFailed(f"The worker ended with status {self.process.wait()} at {' '.join(map(str, fields))}.")
        kind, *answer = line.rstrip("\n").split("\t")
        if kind != "ok":
            raise WorkerFailed(" ".join(answer))
        return answer

    def machine(self):
        """Returns the number of threads, Java's version and libtorch's."""
        return self.ask("machine")

    def limits(self):
        """Returns a sample of GFLOP/s and one of GB/s."""
        return tuple(map(float, self.ask("limits")))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Sae4j:
    """An SAE opened by the worker as it opens by default and, where that is possible, prepared."""

    def __init__(self, worker, folder, kernel, scratch):
        self.worker = worker
        self.folder = folder
        self.scratch = pathlib.Path(scratch)
        self.kernels = {} if kernel == "prepared" else {"default": kernel}
        if kernel in ("default", "vector", "prepared"):
            self.kernels["prepared"] = "prepared"
        self.here = []
        self.opened = None
        self.facts = []

    def open(self, sae, weights):
        """Opens an SAE in place of the one before; returns its folder."""
        folder = self.jump_relu() if sae == "jumprelu" else self.folder
        if self.opened == (sae, weights):
            return folder
        for side in self.here:
            self.worker.ask("close", side)
        self.here, self.opened = [], None
        settings = {"topk": ["architecture=topk", f"k={K}"], "transposed": ["encoder=transposed"]}.get(sae, [])
        if weights:
            settings.append(f"dtype={weights}")
        for side, kernel in self.kernels.items():
            try:
                self.facts = self.worker.ask("open", side, folder, kernel, *settings)
                self.here.append(side)
            except WorkerFailed as e:
                if not self.here:
                    raise
                print(f"compare.py: left out: {e}", file=sys.stderr, flush=True)
        self.opened = (sae, weights)
        return folder

    def jump_relu(self):
        made = self.scratch / "jumprelu"
        if not made.exists():
            tensors.jump_relu(self.folder, made)
        return made

    def sides(self, work):
        """Returns the sides that do some work each in its own way; decoding is not prepared for."""
        return self.here[:1] if work == "decode" else list(self.here)

    def run(self, side, work, tokens, calls):
        """Returns the nanoseconds of all calls."""
        return int(self.worker.ask("run", work, side, tokens, calls)[0])

    def serve(self, side, threads, sizes):
        """Returns the nanoseconds of all requests together, and of each."""
        return served(self.worker.ask("serve", side, threads, ",".join(map(str, sizes))))

    def active(self, side, tokens):
        return int(self.worker.ask("active", side, tokens)[0])

    def require_same_bits(self, tokens):
        """Raises WorkerFailed if the sides' features differ in a bit."""
        first, *others = self.here
        for other in others:
            self.worker.ask("same", first, other, tokens)


def served(answer):
    return int(answer[0]), list(map(int, answer[1].split(",")))
