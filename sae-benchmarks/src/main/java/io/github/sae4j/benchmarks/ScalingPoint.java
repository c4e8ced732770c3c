package io.github.sae4j.benchmarks;

/**
 * What encoding a stream took.
 *
 * @param tokens how many tokens the stream had
 * @param seconds the time of encoding, without making the tokens
 * @param bytes the most memory that was resident at once, or 0 where the system does not tell
 * @param l0 how many features of a token were active on average
 */
record ScalingPoint(int tokens, double seconds, long bytes, double l0) {

    static ScalingPoint parse(String line) {
        String[] fields = line.split("\t", -1);
        return new ScalingPoint(
                Integer.parseInt(fields[0]),
                Double.parseDouble(fields[1]),
                Long.parseLong(fields[2]),
                Double.parseDouble(fields[3]));
    }

    @Override
    public String toString() {
        return tokens + "\t" + seconds + "\t" + bytes + "\t" + l0;
    }
}
