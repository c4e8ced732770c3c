"""The table that compare.py prints, and what it was measured on."""

import statistics


def text(result, markdown):
    """Returns the table and what it was measured on."""
    facts = result["facts"]
    types, sides = facts.get("types", []), facts.get("sides", ["default"])
    head = ["work", *(f"peer {dtype}, ms" for dtype in types),
            *("sae4j, ms" if side == "default" else f"sae4j {side}, ms" for side in sides),
            "ratio", "pairs", "of", "GFLOP/s", "of FMA peak", "GB/s", "of bandwidth", "bar", "met"]
    lines = [cells(row, types, sides) for row in result["rows"]]
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    joined = [[cell.ljust(width) for cell, width in zip(line, widths)] for line in [head, *lines]]
    if markdown:
        table = ["| " + " | ".join(line) + " |" for line in joined]
        table.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    else:
        table = ["  ".join(line).rstrip() for line in joined]
    return "\n".join(table) + "\n\n" + notes(result)


def cells(row, types, sides):
    met = "yes" if row["met"] else "no"
    if row["work"] == "process":
        figure = f"{statistics.median(row['bytes']) / 1e9:.3f} GB" if row["memory"] else milliseconds(row["sae4j_ms"])
        return [row["label"], *[""] * len(types), figure, *[""] * (len(sides) - 1), *[""] * 7, row["bar"], met]
    if row["work"] == "serve":
        times = [*(requests(row, "peer", dtype) for dtype in types), *(requests(row, "sae4j", side) for side in sides)]
        shares = [""] * 4
    else:
        times = [*(milliseconds(row["peer_ms"].get(dtype)) for dtype in types),
                 *(milliseconds(row["sae4j_ms"].get(side)) for side in sides)]
        unprepared = f" ({row['of_peak_unprepared']:.0%})" if row["sae4j"] == "prepared" and "default" in sides else ""
        shares = [f"{row['gigaflops']:.0f}", f"{row['of_peak']:.0%}{unprepared}", f"{row['gigabytes']:.1f}",
                  f"{row['of_bandwidth']:.0%}"]
    return [row["label"], *times, f"{row['ratio']:.2f} ×", f"{min(row['pairs']):.2f}–{max(row['pairs']):.2f}",
            f"{'sae4j' if row['sae4j'] == 'default' else row['sae4j']} to {row['peer']}", *shares, row["bar"], met]


def spread(samples):
    return f"{statistics.median(samples):.0f} ({min(samples):.0f}–{max(samples):.0f})"


def short(time):
    return f"{time:,.{0 if time >= 100 else 1 if time >= 10 else 2}f}"


def milliseconds(times):
    if not times:
        return ""
    if len(times) == 1:
        return short(times[0])
    return f"{short(statistics.median(times))} ({short(min(times))}–{short(max(times))})"


def requests(row, kind, side):
    told = row["requests"][kind].get(side)
    if not told:
        return ""
    return f"{told['tokens_a_second']:,.0f} tokens/s, p50 {short(told['p50'])}, p99 {short(told['p99'])}"


def notes(result):
    facts = result["facts"]
    lines = [f"{facts['machine']}; medians (least–most) of {facts['runs']} runs, peer and sae4j by turns."]
    if "peer" in facts:
        compared = [row for row in result["rows"] if "peer_ms" in row]
        density = ", ".join(sorted({f"{row['l0']:.0f}" for row in compared if row["work"] != "serve"}, key=int))
        lines += [
            f"Peer: {facts['peer']}.",
            f"sae4j: {facts['kernel']} kernel, {facts['weights']} weights unless the row says otherwise, Java"
            f" {facts['java']}, libtorch {facts['libtorch']}; warmed up by {facts['warm_up']} calls or"
            f" {facts['warm_up_seconds']:g} s of them before each row.",
            "Ratio: the faster way of sae4j to the faster number format of the peer, as named under “of”."
            " Bars: those " + ("where bfloat16 is fast." if facts["fast_bfloat16"] else "of any machine."),
            f"SAE: {facts['d_in']:,} × {facts['d_sae']:,}" + (f"; features a token: {density}." if density else "."),
            f"Limits, measured after each run: {spread(facts['gigaflops'])} GFLOP/s, {spread(facts['gigabytes'])} GB/s.",
            "GB/s counts the weights that have to be read, once; GFLOP/s the products of the dense formula, also where"
            " a prepared encoder makes few of them.",
            *(server(row) for row in compared if row["work"] == "serve"),
            "Both found the same in each row" + (", and sae4j prepared the same bits" if "prepared" in facts["sides"] else "")
            + "; largest relative error of a token to the peer: " + ", ".join(f"{dtype} {error:.0e}" for dtype, error in errors(compared).items()) + ".",
        ]
    return "\n".join(lines)


def server(row):
    mine = row["requests"]["sae4j"][row["sae4j"]]
    return (f"Of the server's requests to sae4j, those with one token took {short(mine['one_token'])} ms in the median;"
            f" p99 is {row['p99']:.1f} times that.")


def errors(rows):
    largest = {}
    for row in rows:
        for dtype, agreement in row["agreement"].items():
            largest[dtype] = max(largest.get(dtype, 0), agreement["relative_error"])
    return largest
