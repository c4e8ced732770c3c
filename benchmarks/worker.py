"""The process that runs sae4j, and what it is told."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
JAVA = HERE / "java"


class WorkerFailed(Exception):
    """The worker answered with a sentence that says what is wrong."""


class Worker:
    """A long-lived Java process that does what it is told, a line at a time."""

    def __init__(self):
        options = "-Xmx3g " + os.environ.get("BENCHMARK_JAVA_OPTS", "")
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

    def run(self, work, sae, tokens, calls):
        """Returns the nanoseconds of all calls."""
        return int(self.ask("run", work, sae, tokens, calls)[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
