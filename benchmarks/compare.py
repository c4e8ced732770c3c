#!/usr/bin/env python3
"""Runs a peer and sae4j by turns on the same files, checks that both find the same, and prints how they compare.

Needs Python 3.9 or newer, Java, Maven for the first use, and bash; SAELens or PyTorch where the peer is to be one of them. Without Python's
torch the peer is libtorch, through DJL.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import machine
import peers
import report
import selftest
import tensors
from judging import judged
from rows import ROWS, SERVER_THREADS, requests
from worker import JAVA, Sae4j, Worker, WorkerFailed

ROOT = pathlib.Path(__file__).resolve().parent.parent
FULL_SIZE = {"d_in": 3072, "d_sae": 49152, "l0": 100, "tokens": 2048}
# A run has as many calls as fill this time, so that one token is not measured by a single call of milliseconds.
RUN_SECONDS = 0.2
MOST_CALLS = 20
WARM_UP_SECONDS = 10
# A number format of the peer that takes so many times as long as another is timed once.
HOPELESS = 4
# How many requests a run of the server has.
REQUESTS = 96
# Threads of a library that has just computed go on looking for work for some milliseconds.
PAUSE_SECONDS = 0.02


def main():
    options = parsed()
    if options.self_test:
        return selftest.run(measured, agreed, made)
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
    parser.add_argument("--warm-up", type=int, default=40,
                        help=f"calls of sae4j before a row, or {WARM_UP_SECONDS} s of them (40)")
    parser.add_argument("--only", action="append", metavar="ROW", help="one row, as often as needed: "
                        + ", ".join(row.name for row in ROWS))
    parser.add_argument("--kernel", default="default", help="sae4j's kernel: vector, torchscript, plain, or prepared"
                        " (its own choice, beside it prepared)")
    parser.add_argument("--peer", choices=["saelens", "torch", "djl"], help="the peer (the first of these that is here)")
    parser.add_argument("--json", action="store_true", help="everything that was measured, as JSON")
    parser.add_argument("--markdown", action="store_true", help="the table in Markdown")
    parser.add_argument("--self-test", action="store_true", help="run every row on a tiny SAE and check the outcome")
    parser.set_defaults(run_seconds=RUN_SECONDS, requests=REQUESTS)
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
            outcomes[row.name] = process_row(row, options)
    if compared:
        with Worker() as worker, tempfile.TemporaryDirectory() as scratch:
            worker.ask("load", options.activations)
            sae4j = Sae4j(worker, options.sae, options.kernel, scratch)
            sae4j.open("standard", None)
            kernel, *sizes = sae4j.facts
            peer = peers.best(worker, options.activations, options.peer)
            _, java, pytorch = worker.machine()
            d_in, d_sae, d_out = map(int, sizes[:3])
            facts = {"types": peer.types, "sides": list(sae4j.kernels), "kernel": kernel,
                     "java": java, "libtorch": pytorch, "d_in": d_in, "d_sae": d_sae, "d_out": d_out, "weights": sizes[3]}
            for _ in range(5):
                worker.limits()  # the first are low, until the loops are compiled
            for row in compared:
                note(row.label)
                outcomes[row.name] = compared_row(row, sae4j, peer, limits, options)
            facts["peer"] = peer.describe()
    gigaflops, gigabytes = zip(*limits) if limits else ([math.nan], [math.nan])
    facts |= {"machine": machine.described(), "fast_bfloat16": machine.multiplies_bfloat16_fast(), "gigaflops": gigaflops,
              "gigabytes": gigabytes, "runs": options.runs, "warm_up": options.warm_up,
              "warm_up_seconds": WARM_UP_SECONDS, "tokens_of": str(options.activations)}
    return {"facts": facts, "rows": [judged(outcomes[row.name], facts) for row in rows]}


def compared_row(row, sae4j, peer, limits, options):
    """Times the peer's number formats and sae4j's ways by turns."""
    folder = sae4j.open(row.sae, row.weights)
    sides = sae4j.sides(row.work)
    peer.open(row.sae, folder, sides[0])
    agreement = {dtype: agreed(row, sae4j.worker, sides[0], peer, dtype) for dtype in peer.types_of(row)}
    sae4j.require_same_bits(row.tokens)
    outcome = {"row": row, "agreement": agreement, "weights": sae4j.facts[4], "tokens": row.tokens,
               "active": sae4j.active(sides[0], row.tokens)}
    rounds = served_rounds if row.work == "serve" else called_rounds
    beside = []

    def looked():
        beside.append(sae4j.worker.limits())

    outcome |= rounds(row, sae4j, sides, peer, options, looked)
    limits += beside
    return {**outcome, "limits": beside}


def called_rounds(row, sae4j, sides, peer, options, after):
    """Calls both sides by turns; returns the milliseconds of a call."""
    their_work = "encode" if row.work == "dense" else row.work
    theirs = {dtype: lambda calls, dtype=dtype: peer.run(their_work, row.tokens, calls, dtype) for dtype in peer.types_of(row)}
    ours = {side: lambda calls, side=side: sae4j.run(side, row.work, row.tokens, calls) for side in sides}
    calls, first = {}, {}
    for run in theirs.values():
        calls[run], first[run] = warmed(run, 3, 5, options.run_seconds)
    for run in ours.values():
        calls[run], _ = warmed(run, options.warm_up, WARM_UP_SECONDS, options.run_seconds)
    hopeless = {run for run in theirs.values() if first[run] > HOPELESS * min(first.values())}
    times = by_turns([*theirs.values(), *ours.values()], lambda run: run(calls[run]) / calls[run] / 1e6, options.runs,
                     hopeless, after)
    return {"peer_ms": {dtype: times[run] for dtype, run in theirs.items()},
            "sae4j_ms": {side: times[run] for side, run in ours.items()}}


def served_rounds(row, sae4j, sides, peer, options, after):
    """Lets threads ask both sides by turns; returns the milliseconds of all requests, and of each."""
    sizes = requests(options.requests)
    theirs = {dtype: lambda sizes, dtype=dtype: peer.serve(SERVER_THREADS, sizes, dtype) for dtype in peer.types_of(row)}
    ours = {side: lambda sizes, side=side: sae4j.serve(side, SERVER_THREADS, sizes) for side in sides}
    runs = [*theirs.values(), *ours.values()]
    few = sizes[: SERVER_THREADS]
    first = {run: run(few)[0] for run in runs}
    for run in ours.values():
        run(sizes)
    hopeless = {run for run in theirs.values() if first[run] > HOPELESS * min(first[other] for other in theirs.values())}
    times = by_turns(runs, lambda run: run(sizes), options.runs, hopeless, after)

    def split(named):
        return ({name: [nanos / 1e6 for nanos, _ in times[run]] for name, run in named.items()},
                {name: [[nanos / 1e6 for nanos in each] for _, each in times[run]] for name, run in named.items()})

    (peer_ms, peer_requests), (sae4j_ms, sae4j_requests) = split(theirs), split(ours)
    return {"sizes": sizes, "peer_ms": peer_ms, "peer_requests": peer_requests, "sae4j_ms": sae4j_ms,
            "sae4j_requests": sae4j_requests}


def by_turns(runs, timed, rounds, hopeless, after):
    """Times all runs in each round, those that are hopeless in the first alone; returns what was timed of each."""
    times = {run: [] for run in runs}
    for turn in range(rounds):
        for run in runs:
            if turn == 0 or run not in hopeless:
                time.sleep(PAUSE_SECONDS)
                times[run].append(timed(run))
        after()
    return times


def agreed(row, worker, side, peer, dtype):
    """Checks that both find the same; a product in half the bits has three digits, all else is float32."""
    work = "encode" if row.work == "serve" else row.work
    tolerance = 1e-4 if dtype == "float32" else 0.05
    with tempfile.TemporaryDirectory() as scratch:
        file = pathlib.Path(scratch) / "peer.bin"
        peer.write("encode" if work == "dense" else work, row.tokens, file, dtype)
        try:
            both, only_one, error = worker.ask("agree", work, side, row.tokens, file, tolerance)
        except WorkerFailed as e:
            raise SystemExit(f"compare.py: {row.label}: sae4j and the peer in {dtype} disagree: {e}") from e
    return {"both": int(both), "only_one": int(only_one), "relative_error": float(error)}


def warmed(run, most, seconds, run_seconds):
    """Calls until it has been called or has taken enough; returns how many calls make a run, and what the last took."""
    end = time.monotonic() + seconds
    last = run(1)
    for _ in range(most - 1):
        if time.monotonic() > end:
            break
        last = run(1)
    return max(1, min(MOST_CALLS, math.ceil(run_seconds * 1e9 / last))), last


def process_row(row, options):
    """Runs the command as a user does, on files that the system has in memory."""
    tensors.read_fully(options.sae)
    command = [str(ROOT / "sae"), "encode"]
    subprocess.run([str(ROOT / "sae"), "--version"], check=True, stdout=subprocess.DEVNULL)
    times, memory = [], []
    with tempfile.TemporaryDirectory() as scratch:
        source = options.activations
        if row.tokens == 1:
            source = pathlib.Path(scratch) / "one.safetensors"
            tensors.first_token(options.activations, source)
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


def note(line):
    print(f"compare.py: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
