"""What follows from measured times: ratios, shares of the machine's limits, and whether bars are reached."""

import statistics

ELEMENT_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


def judged(outcome, facts):
    """Returns the figures of a row: each side's, and those of the better ones."""
    row = outcome["row"]
    bars = row.bars_on(facts["fast_bfloat16"])
    figures = {"name": row.name, "label": row.label, "work": row.work, "bar": str(bars)}
    if row.work == "process":
        times, memory = outcome["sae4j_ms"], outcome["bytes"]
        reached = (statistics.median(times) <= 1e3 * bars.seconds if bars.seconds
                   else statistics.median(memory) <= bars.bytes)
        return {**figures, "sae4j_ms": times, "bytes": memory, "memory": bool(bars.bytes), "met": reached}
    peer, sae4j = outcome["peer_ms"], outcome["sae4j_ms"]
    theirs, ours = fastest(peer), fastest(sae4j)
    our_median = statistics.median(sae4j[ours])
    figures |= {
        "peer_ms": peer,
        "sae4j_ms": sae4j,
        "peer": theirs,
        "sae4j": ours,
        "ratio": statistics.median(peer[theirs]) / our_median,
        "ratios": {dtype: statistics.median(times) / our_median for dtype, times in peer.items()},
        "pairs": [their / our for their, our in zip(peer[theirs], sae4j[ours])],
        "l0": outcome["active"] / outcome["tokens"],
        "agreement": outcome["agreement"],
    }
    if row.work == "serve":
        figures |= served(outcome, ours)
    else:
        figures |= shares(outcome, sae4j[ours], facts)
        if "default" in sae4j:
            figures["of_peak_unprepared"] = shares(outcome, sae4j["default"], facts)["of_peak"]
    figures["met"] = bars.met(figures)
    return figures


def fastest(times):
    return min(times, key=lambda side: statistics.median(times[side]))


def shares(outcome, times, facts):
    """Returns operations and bytes a second, and what part they are of what the machine could do beside them."""
    row = outcome["row"]
    element = ELEMENT_BYTES[outcome["weights"]]
    if row.work == "decode":
        products = outcome["active"] * facts["d_out"]
        read = products * element
    else:
        products = row.tokens * facts["d_in"] * facts["d_sae"]
        read = facts["d_in"] * facts["d_sae"] * element
    median = statistics.median(times)
    # Each run beside what the machine could do right after it: a machine that others share is not the same throughout.
    beside = list(zip(times, outcome["limits"]))
    return {
        "gigaflops": 2 * products / median / 1e6,
        "of_peak": statistics.median(2 * products / time / 1e6 / limit[0] for time, limit in beside),
        "gigabytes": read / median / 1e6,
        "of_bandwidth": statistics.median(read / time / 1e6 / limit[1] for time, limit in beside),
    }


def served(outcome, ours):
    """Returns each side's tokens a second and percentiles of requests, in ms, of all runs together."""
    sizes = outcome["sizes"]
    sides = {}
    for kind in ("peer", "sae4j"):
        for side, latencies in outcome[f"{kind}_requests"].items():
            of_one = [time for run in latencies for time, size in zip(run, sizes) if size == 1]
            every = sorted(time for run in latencies for time in run)
            sides[kind, side] = {
                "tokens_a_second": sum(sizes) / statistics.median(outcome[f"{kind}_ms"][side]) * 1e3,
                "p50": statistics.median(every),
                "p99": every[min(len(every) - 1, int(0.99 * len(every)))],
                "one_token": statistics.median(of_one),
            }
    mine = sides["sae4j", ours]
    return {
        "requests": {kind: {side: told for (of, side), told in sides.items() if of == kind} for kind in ("peer", "sae4j")},
        "p99": mine["p99"] / mine["one_token"],
    }
