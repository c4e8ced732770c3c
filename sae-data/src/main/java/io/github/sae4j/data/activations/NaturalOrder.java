package io.github.sae4j.data.activations;

import java.util.Comparator;

/** The order of names in which numbers count as such: {@code chunk-2} comes before {@code chunk-10}. */
final class NaturalOrder implements Comparator<String> {

    @Override
    public int compare(String one, String other) {
        int i = 0;
        int j = 0;
        while (i < one.length() && j < other.length()) {
            int order;
            if (isDigit(one.charAt(i)) && isDigit(other.charAt(j))) {
                int oneEnd = endOfNumber(one, i);
                int otherEnd = endOfNumber(other, j);
                order = compareNumbers(one.substring(i, oneEnd), other.substring(j, otherEnd));
                i = oneEnd;
                j = otherEnd;
            } else {
                order = Character.compare(one.charAt(i++), other.charAt(j++));
            }
            if (order != 0) {
                return order;
            }
        }
        int rest = Integer.compare(one.length() - i, other.length() - j);
        return rest != 0 ? rest : one.compareTo(other);
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private static int endOfNumber(String name, int begin) {
        int end = begin;
        while (end < name.length() && isDigit(name.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int compareNumbers(String one, String other) {
        String first = one.replaceFirst("^0+", "");
        String second = other.replaceFirst("^0+", "");
        int digits = Integer.compare(first.length(), second.length());
        return digits != 0 ? digits : first.compareTo(second);
    }
}
