package io.github.sae4j.data.internal;

/** How sentences speak of a row of a file. */
public final class RowPlace {

    private RowPlace() {}

    /**
     * Returns the token of a row, and its layer where each token has a row for each layer.
     *
     * @param row the number of the row, from 0
     * @param layers how many layers of a set each token has rows for; 0 for one SAE
     */
    public static String of(long row, int layers) {
        return layers == 0 ? "token " + row : "token " + row / layers + ", layer " + row % layers;
    }
}
