"""Every row on a tiny SAE with every peer that there is, and results that must not pass."""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

import peers
import report
from rows import ROWS, Bars
from worker import Worker


def run(measured, agreed, made):
    checks_bars()
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        sae, activations = made(folder, 64, 512, 8, 2048)
        tried = []
        for peer in ("saelens", "torch", "djl"):
            # Processes are the same whatever the peer is.
            rows = [row.name for row in ROWS if row.work != "process" or not tried]
            options = argparse.Namespace(sae=sae, activations=activations, runs=2, warm_up=2, only=rows, kernel="default",
                                         peer=peer, run_seconds=0.01, requests=16)
            try:
                result = measured(options)
            except ImportError:
                print(f"compare.py: self-test: {peer} is not here", file=sys.stderr)
                continue
            tried.append(peer)
            checks(result, rows)
        options.only, options.kernel = ["encode-1"], "vector"
        checks(measured(options), options.only)
        options.kernel = "torchscript"
        assert list(measured(options)["rows"][0]["sae4j_ms"]) == ["default"]
        refuses_others(folder, sae, activations, agreed, made)
    finally:
        shutil.rmtree(folder)
    print("compare.py: the self-test passed")
    return 0


def checks(result, rows):
    table = report.text(result, False)
    assert [row["name"] for row in result["rows"]] == rows, result
    for row in result["rows"]:
        if row["work"] == "process":
            continue
        assert "float32" in row["peer_ms"], row
        assert "bfloat16" in row["peer_ms"] or row["name"] != "encode-1" and "bfloat16 left out" in table, row
        assert set(row["sae4j_ms"]) == ({"default"} if row["work"] == "decode" else {"default", "prepared"})
        assert row["ratio"] == min(row["ratios"].values()) > 0, row
        assert row["work"] != "serve" or row["p99"] >= 1, row
    for markdown in (True, False):
        table = report.text(result, markdown)
        assert all(f"\n{'| ' if markdown else ''}{row['label']} " in table for row in result["rows"]), table
    json.dumps(result)


def checks_bars():
    """What reaches a bar by one number format alone does not reach it."""
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names), names
    figures = {"ratio": 1.2, "ratios": {"float32": 5, "bfloat16": 1.2}, "of_peak_unprepared": 0.7, "p99": 5}
    assert Bars(ratio=1.2, ratios={"float32": 4}).met(figures)
    for missed in (Bars(ratio=1.3), Bars(ratios={"float32": 4, "bfloat16": 1.3}), Bars(of_peak=0.8), Bars(p99=4)):
        assert not missed.met(figures), missed
    many = next(row for row in ROWS if row.name == "encode-512")
    assert many.bars_on(False).ratio == 1.5 and many.bars_on(True).ratios["float32"] == 4


def refuses_others(folder, sae, activations, agreed, made):
    """Breaks the agreement on purpose, with another SAE's features."""
    other, _ = made(folder, 64, 512, 7, 2048)
    with Worker() as worker:
        worker.ask("load", activations)
        worker.ask("open", "ours", sae, "default")
        worker.ask("open", "other", other, "default")
        peer = peers.WorkerPeer(worker)
        peer.open("standard", other, "other")
        try:
            agreed(ROWS[0], worker, "ours", peer, "float32")
        except SystemExit as e:
            assert "disagree" in str(e)
        else:
            raise AssertionError("Another SAE's features passed for the same.")
