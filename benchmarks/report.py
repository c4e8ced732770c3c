"""The table that compare.py prints, and what it was measured on."""

import statistics


def text(result, markdown):
    """Returns the table and what it was measured on."""
    head = ["work", "peer ms", "sae4j ms", "ratio", "pairs", "GFLOP/s", "of FMA peak", "GB/s", "of bandwidth", "bar", "met"]
    lines = [cells(row) for row in result["rows"]]
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    joined = [[cell.ljust(width) for cell, width in zip(line, widths)] for line in [head, *lines]]
    if markdown:
        table = ["| " + " | ".join(line) + " |" for line in joined]
        table.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    else:
        table = ["  ".join(line).rstrip() for line in joined]
    return "\n".join(table) + "\n\n" + notes(result)


def cells(row):
    met = "yes" if row["met"] else "no"
    if "peer_ms" not in row:
        figure = f"{statistics.median(row['bytes']) / 1e9:.3f} GB" if row["memory"] else milliseconds(row["sae4j_ms"])
        return [row["label"], "", figure, "", "", "", "", "", "", row["bar"], met]
    return [
        row["label"],
        milliseconds(row["peer_ms"]),
        milliseconds(row["sae4j_ms"]),
        f"{row['ratio']:.2f} ×",
        f"{min(row['pairs']):.2f}–{max(row['pairs']):.2f}",
        f"{row['gigaflops']:.0f}",
        f"{row['of_peak']:.0%}",
        f"{row['gigabytes']:.1f}",
        f"{row['of_bandwidth']:.0%}",
        row["bar"],
        met,
    ]


def spread(samples):
    return f"{statistics.median(samples):.0f} ({min(samples):.0f}–{max(samples):.0f})"


def milliseconds(times):
    def short(time):
        return f"{time:,.{0 if time >= 100 else 1 if time >= 10 else 2}f}"

    return f"{short(statistics.median(times))} ({short(min(times))}–{short(max(times))})"


def notes(result):
    facts = result["facts"]
    lines = [f"{facts['machine']}; medians (least–most) of {facts['runs']} runs, peer and sae4j by turns."]
    if "peer" in facts:
        compared = [row for row in result["rows"] if "peer_ms" in row]
        errors = (row["agreement"]["relative_error"] for row in compared)
        density = ", ".join(sorted({f"{row['l0']:.0f}" for row in compared if row["name"].endswith("512")}))
        lines += [
            f"Peer: {facts['peer']}; weights in float32 unless the row says otherwise.",
            f"sae4j: {facts['kernel']} kernel, {facts['weights']} weights, Java {facts['java']}, libtorch"
            f" {facts['libtorch']}; warmed up by {facts['warm_up']} calls or 15 s of them before each row.",
            f"SAE: {facts['d_in']:,} × {facts['d_sae']:,}" + (f"; features a token: {density}." if density else "."),
            f"Limits, measured after each run: {spread(facts['gigaflops'])} GFLOP/s, {spread(facts['gigabytes'])} GB/s.",
            "GB/s counts the weights that have to be read, once.",
            "Both found the same in each row; largest relative error of a token in each: "
            + ", ".join(f"{error:.0e}" for error in errors) + ".",
        ]
    return "\n".join(lines)
