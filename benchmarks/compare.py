#!/usr/bin/env python3
"""Runs a peer and sae4j by turns on the same files, checks that both find the same, and prints how they compare.

Needs Python 3.9 or newer, Java, Maven for the first use, and bash; SAELens or PyTorch where the peer is to be one of them. Without Python's
torch the peer is libtorch, through DJL.
"""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Optional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import peers
import report
from worker import JAVA, Worker, WorkerFailed

ROOT = pathlib.Path(__file__).resolve().parent.parent
K = 64
FULL_SIZE = {"d_in": 3072, "d_sae": 49152, "l0": 100, "tokens": 2048}
# A run has as many calls as fill this time, so that one token is not measured by a single call of milliseconds.
RUN_SECONDS = 0.2
MOST_CALLS = 20
# Threads of a library that has just computed go on looking for work for some milliseconds.
PAUSE_SECONDS = 0.02


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table: what is done, and the bars that it has to reach."""

    name: str
    label: str
    work: str
    tokens: int = 0
    sae: str = "standard"
    peer_type: str = "float32"
    ratio: Optional[float] = None
    of_peak: Optional[float] = None
    of_bandwidth: Optional[float] = None
    seconds: Optional[float] = None
    bytes: Optional[float] = None

    def bar(self):
        bars = []
        if self.ratio:
            bars.append(f"{self.ratio:g} ×")
        if self.of_peak:
            bars.append(f"{self.of_peak:.0%} of FMA peak")
        if self.of_bandwidth:
            bars.append(f"{1 / self.of_bandwidth:.2f} × one read")
        if self.seconds:
            bars.append(f"≤ {self.seconds:g} s")
        if self.bytes:
            bars.append(f"≤ {self.bytes / 1e9:.1f} GB")
        return ", ".join(bars)


def encode(tokens, **bars):
    return Row(f"encode-{tokens}", f"encode {tokens:,}", "encode", tokens, **bars)


ROWS = [
    encode(1, ratio=2.0, of_bandwidth=1 / 1.35),
    encode(4, ratio=4.0),
    encode(16, ratio=2.5),
    encode(64, ratio=1.3, of_peak=0.65),
    encode(128, ratio=1.3, of_peak=0.65),
    encode(512, ratio=1.3, of_peak=0.78),
    encode(2048, ratio=1.3, of_peak=0.78),
    Row("dense-512", "dense encode 512", "dense", 512, ratio=1.2),
    Row("topk-512", f"top-k (k = {K}) encode 512", "encode", 512, sae="topk", ratio=1.8),
    Row("decode-512", "sparse decode 512", "decode", 512, ratio=30),
    Row("encode-1-bfloat16", "encode 1, peer in bfloat16", "encode", 1, peer_type="bfloat16", ratio=80),
    Row("cold-start", "cold start, one token", "process", 1, seconds=2.0),
    Row("memory", "peak resident memory", "process", 512, bytes=1e9),
]


def main():
    options = parsed()
    if options.self_test:
        return self_test()
    if not options.sae:
        kept = os.environ.get("SAE_BENCHMARK_FOLDER") or ROOT / "sae-benchmarks" / "target" / "benchmark-data"
        options.sae, options.activations = made(pathlib.Path(kept), **FULL_SIZE)
    try:
        result = measured(options)
    except WorkerFailed as e:
        raise SystemExit(f"compare.py: {e}") from e
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print(report.text(result, options.markdown))
    return 0


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sae", type=pathlib.Path, help="folder in SAELens's layout; made from a seed if not given")
    parser.add_argument("--activations", type=pathlib.Path, help="safetensors file with a tensor 'activations'")
    parser.add_argument("--runs", type=int, default=7, help="runs of each side of a row (7)")
    parser.add_argument("--warm-up", type=int, default=40, help="calls of sae4j before a row, or 15 s of them (40)")
    parser.add_argument("--only", action="append", metavar="ROW", help="one row, as often as needed: "
                        + ", ".join(row.name for row in ROWS))
    parser.add_argument("--kernel", default="default", help="sae4j's kernel: vector, torchscript, plain (its own choice)")
    parser.add_argument("--peer", choices=["saelens", "torch", "djl"], help="the peer (the first of these that is here)")
    parser.add_argument("--json", action="store_true", help="everything that was measured, as JSON")
    parser.add_argument("--markdown", action="store_true", help="the table in Markdown")
    parser.add_argument("--self-test", action="store_true", help="run every row on a tiny SAE and check the outcome")
    options = parser.parse_args()
    if bool(options.sae) != bool(options.activations):
        parser.error("--sae and --activations belong together")
    unknown = set(options.only or []) - {row.name for row in ROWS}
    if unknown:
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    if options.runs < 1 or options.warm_up < 1:
        parser.error("--runs and --warm-up must be at least 1")
    return options


def made(folder, d_in, d_sae, l0, tokens):
    """Returns an SAE and activations, made from a seed if they are not there yet."""
    sae = folder / f"bfloat16-{d_in}x{d_sae}-l0-{l0}"
    activations = folder / f"activations-{d_in}-l0-{l0}-{tokens}.safetensors"
    if not (sae / "sae_weights.safetensors").exists() or not activations.exists():
        note(f"making an SAE of {d_in} x {d_sae} and {tokens} activations in {folder}")
        sizes = {"d-in": d_in, "d-sae": d_sae, "l0": l0, "tokens": tokens, "activations": activations}
        arguments = [part for name, value in sizes.items() for part in (f"--{name}", str(value))]
        command = [str(JAVA), "io.github.sae4j.fixtures.RandomSae", str(sae), *arguments]
        subprocess.run(command, check=True, stdout=sys.stderr)
    return sae, activations


def measured(options):
    """Measures all rows and returns what to print."""
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    compared = [row for row in rows if row.work != "process"]
    limits, outcomes, facts = [], {}, {}
    # Before the peer has its weights: a new process counts the memory of the one that made it.
    for row in rows:
        if row.work == "process":
            note(row.label)
            outcomes[row] = process_row(row, options)
    if compared:
        with Worker() as worker:
            worker.ask("load", options.activations)
            kernel, *sizes = worker.ask("open", "standard", options.sae, options.kernel)
            worker.ask("open", "topk", options.sae, options.kernel, "architecture=topk", f"k={K}")
            peer = peers.best(worker, options.sae, options.activations, K, options.peer)
            _, java, pytorch = worker.machine()
            d_in, d_sae, d_out = map(int, sizes[:3])
            facts = {"peer": peer.describe(), "kernel": kernel, "java": java, "libtorch": pytorch, "d_in": d_in,
                     "d_sae": d_sae, "d_out": d_out, "weights": sizes[3]}
            limits += [worker.limits() for _ in range(5)]
            for row in compared:
                if row.peer_type in peer.types:
                    note(row.label)
                    outcomes[row] = compared_row(row, worker, peer, limits, options)
                else:
                    note(f"{row.label}: left out, this peer has no {row.peer_type}")
    gigaflops, gigabytes = zip(*limits) if limits else ([math.nan], [math.nan])
    facts |= {"machine": machine(), "gigaflops": gigaflops, "gigabytes": gigabytes, "runs": options.runs,
              "warm_up": options.warm_up, "tokens_of": str(options.activations)}
    return {"facts": facts, "rows": [judged(outcomes[row], facts) for row in rows if row in outcomes]}


def compared_row(row, worker, peer, limits, options):
    """Times the peer and sae4j by turns."""
    peer.open(row.sae, row.peer_type)
    agreement = agreed(row, worker, peer)

    def ours(calls):
        return worker.run(row.work, row.sae, row.tokens, calls)

    def theirs(calls):
        return peer.run("encode" if row.work == "dense" else row.work, row.tokens, calls)

    calls_theirs = warmed(theirs, 3, 5)
    calls_ours = warmed(ours, options.warm_up, 15)
    times = {"peer": [], "sae4j": []}
    beside = []
    for _ in range(options.runs):
        time.sleep(PAUSE_SECONDS)
        times["peer"].append(theirs(calls_theirs) / calls_theirs / 1e6)
        time.sleep(PAUSE_SECONDS)
        times["sae4j"].append(ours(calls_ours) / calls_ours / 1e6)
        beside.append(worker.limits())
    limits += beside
    active = int(worker.ask("active", row.sae, row.tokens)[0])
    return {"row": row, "peer_ms": times["peer"], "sae4j_ms": times["sae4j"], "active": active, "agreement": agreement,
            "limits": beside}


def agreed(row, worker, peer):
    """Checks that both find the same; a bfloat16 product has three digits, all else is float32."""
    tolerance = 0.05 if row.peer_type == "bfloat16" else 1e-4
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch) / "peer.bin"
        peer.write("encode" if row.work == "dense" else row.work, row.tokens, file)
        try:
            both, only_one, error = worker.ask("agree", row.work, row.sae, row.tokens, file, tolerance)
        except WorkerFailed as e:
            raise SystemExit(f"compare.py: {row.label}: sae4j and the peer disagree: {e}") from e
    return {"both": int(both), "only_one": int(only_one), "relative_error": float(error)}


def warmed(run, most, seconds):
    """Calls until it has been called or has taken enough, and returns how many calls make a run."""
    end = time.monotonic() + seconds
    last = run(1)
    for _ in range(most - 1):
        if time.monotonic() > end:
            break
        last = run(1)
    return max(1, min(MOST_CALLS, math.ceil(RUN_SECONDS * 1e9 / last)))


def process_row(row, options):
    """Runs the command as a user does, on files that the system has in memory."""
    for file in options.sae.iterdir():
        with open(file, "rb") as opened:
            while opened.read(1 << 24):
                pass
    command = [str(ROOT / "sae"), "encode"]
    subprocess.run([str(ROOT / "sae"), "--version"], check=True, stdout=subprocess.DEVNULL)
    times, memory = [], []
    with tempfile.TemporaryDirectory() as scratch:
        source = options.activations
        if row.tokens == 1:
            source = pathlib.Path(scratch) / "one.safetensors"
            first_token(options.activations, source)
        target = pathlib.Path(scratch) / "features.safetensors"
        arguments = [str(source), "--sae", str(options.sae), "--out", str(target), "--batch-tokens", str(row.tokens)]
        for _ in range(options.runs):
            target.unlink(missing_ok=True)
            start = time.perf_counter()
            process = subprocess.Popen(command + arguments, stderr=subprocess.PIPE)
            _, status, usage = os.wait4(process.pid, 0)
            times.append(1e3 * (time.perf_counter() - start))
            said = process.stderr.read().decode()
            process.stderr.close()
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise SystemExit(f"compare.py: {row.label}: sae encode failed: {said}")
            memory.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    return {"row": row, "sae4j_ms": times, "bytes": memory}


def first_token(source, target):
    """Copies the first token of a file of activations."""
    with open(source, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        entry = header["activations"]
        file.seek(entry["data_offsets"][0], os.SEEK_CUR)
        size = (entry["data_offsets"][1] - entry["data_offsets"][0]) // entry["shape"][0]
        token = file.read(size)
    entry = {**entry, "shape": [1, *entry["shape"][1:]], "data_offsets": [0, size]}
    text = json.dumps({"activations": entry})
    text += " " * (-len(text) % 8)
    target.write_bytes(len(text).to_bytes(8, "little") + text.encode() + token)


def judged(outcome, facts):
    """Adds the figures that follow from the times, and whether the bars are reached."""
    row = outcome["row"]
    ours = statistics.median(outcome["sae4j_ms"])
    figures = {"name": row.name, "label": row.label, "bar": row.bar(), "sae4j_ms": outcome["sae4j_ms"]}
    if row.work == "process":
        memory = statistics.median(outcome["bytes"])
        reached = ours <= 1e3 * row.seconds if row.seconds else memory <= row.bytes
        return {**figures, "bytes": outcome["bytes"], "memory": bool(row.bytes), "met": reached}
    pairs = [peer / our for peer, our in zip(outcome["peer_ms"], outcome["sae4j_ms"])]
    ratio = statistics.median(outcome["peer_ms"]) / ours
    element = {"float32": 4, "float16": 2, "bfloat16": 2}[facts["weights"]]
    if row.work == "decode":
        products, read = outcome["active"] * facts["d_out"], outcome["active"] * facts["d_out"] * element
    else:
        products, read = row.tokens * facts["d_in"] * facts["d_sae"], facts["d_in"] * facts["d_sae"] * element
    gigaflops, gigabytes = 2 * products / ours / 1e6, read / ours / 1e6
    # Each run beside what the machine could do right after it: a machine that others share is not the same throughout.
    beside = list(zip(outcome["sae4j_ms"], outcome["limits"]))
    figures |= {
        "peer_ms": outcome["peer_ms"],
        "ratio": ratio,
        "pairs": pairs,
        "l0": outcome["active"] / row.tokens,
        "gigaflops": gigaflops,
        "of_peak": statistics.median(2 * products / our / 1e6 / limit[0] for our, limit in beside),
        "gigabytes": gigabytes,
        "of_bandwidth": statistics.median(read / our / 1e6 / limit[1] for our, limit in beside),
        "agreement": outcome["agreement"],
    }
    bars = (("ratio", row.ratio), ("of_peak", row.of_peak), ("of_bandwidth", row.of_bandwidth))
    figures["met"] = all(figures[name] >= bar for name, bar in bars if bar)
    return figures


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def self_test():
    """Runs every row on a tiny SAE with every peer that there is, and breaks the agreement on purpose."""
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        sae, activations = made(folder, 64, 512, 8, 2048)
        for peer in ("saelens", "torch", "djl"):
            options = argparse.Namespace(sae=sae, activations=activations, runs=2, warm_up=2, only=None,
                                         kernel="default", peer=peer)
            try:
                result = measured(options)
            except ImportError:
                note(f"self-test: {peer} is not here")
                continue
            expected = [row.name for row in ROWS if peer != "djl" or row.peer_type == "float32"]
            assert [row["name"] for row in result["rows"]] == expected, result
            assert all(row["ratio"] > 0 for row in result["rows"] if "ratio" in row)
            table = report.text(result, True)
            assert table.count("\n| ") == len(expected), table
            json.dumps(result)
        other, _ = made(folder, 64, 512, 7, 2048)
        weights = "sae_weights.safetensors"
        shutil.copy(other / weights, folder / weights)
        shutil.copy(other / "cfg.json", folder / "cfg.json")
        with Worker() as worker:
            worker.ask("load", activations)
            worker.ask("open", "standard", sae, "default")
            worker.ask("open", "other", folder, "default")
            peer = peers.WorkerPeer(worker)
            peer.open("other", "float32")
            try:
                agreed(ROWS[0], worker, peer)
            except SystemExit as e:
                assert "disagree" in str(e)
            else:
                raise AssertionError("Another SAE's features passed for the same.")
    finally:
        shutil.rmtree(folder)
    print("compare.py: the self-test passed")
    return 0


def note(line):
    print(f"compare.py: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
