package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.safetensors.internal.Quoted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a configuration that have not been read yet, by dotted name and in the file's order. A field that is
 * null counts as absent. Where several names are given, they are old and new names of one field, and the first that is
 * there counts. What nothing has read when they are {@linkplain #close closed} must be known to change nothing.
 */
final class Fields {

    private static final int LONGEST_VALUE = 60;

    private final String file;
    private final Map<String, JsonElement> unread = new LinkedHashMap<>();
    private final Map<String, String> namesInFile = new HashMap<>();
    private final Set<String> defaults = new HashSet<>();
    private final Set<String> read = new LinkedHashSet<>();

    private Fields(String file) {
        this.file = file;
    }

    /**
     * Returns the fields of an object; those of its members {@code nested}, where they are objects, under
     * {@code nested.name}.
     *
     * @param file the file's name, for sentences
     */
    static Fields of(String file, JsonObject object, String... nested) {
        Fields fields = new Fields(file);
        for (Map.Entry<String, JsonElement> field : object.entrySet()) {
            if (List.of(nested).contains(field.getKey()) && field.getValue() instanceof JsonObject inner) {
                for (Map.Entry<String, JsonElement> innerField : inner.entrySet()) {
                    fields.unread.put(field.getKey() + "." + innerField.getKey(), innerField.getValue());
                }
            } else {
                fields.unread.put(field.getKey(), field.getValue());
            }
        }
        return fields;
    }

    /** Returns a size, a whole number from 1 to 2,147,483,647, which must be there. */
    int size(String name) {
        @Nullable JsonPrimitive value = take("a whole number from 1 to " + Integer.MAX_VALUE, Fields::isSize, name);
        if (value == null) {
            throw new SaeLoadException(Reason.INVALID_CONFIGURATION, file + ": the field " + name + " is missing.");
        }
        return value.getAsBigDecimal().intValueExact();
    }

    /**
     * Returns a size that is said as a multiple of another.
     *
     * @param unit the other size
     */
    int sizeInUnits(String name, int unit) {
        int times = size(name);
        if (times > Integer.MAX_VALUE / unit) {
            throw refused(name, String.valueOf(times), "which makes too large a size of " + unit + ".");
        }
        return times * unit;
    }

    /** Returns a size, or null if it is absent. */
    @Nullable
    Integer optionalSize(String name) {
        @Nullable JsonPrimitive value = take("a whole number from 1 to " + Integer.MAX_VALUE, Fields::isSize, name);
        return value == null ? null : Integer.valueOf(value.getAsBigDecimal().intValueExact());
    }

    /** Returns a finite number, or null if it is absent. */
    @Nullable
    Double number(String name) {
        @Nullable
        JsonPrimitive value = take(
                "a finite number", candidate -> candidate.isNumber() && Double.isFinite(candidate.getAsDouble()), name);
        return value == null ? null : Double.valueOf(value.getAsDouble());
    }

    /** Takes some fields out as fields of their own. */
    Fields part(List<String> names) {
        Fields part = new Fields(file);
        part.namesInFile.putAll(namesInFile);
        part.defaults.addAll(defaults);
        for (String name : names) {
            @Nullable JsonElement value = unread.remove(name);
            if (value != null) {
                part.unread.put(name, value);
            }
        }
        return part;
    }

    /**
     * Gives a field another name, if it is there.
     *
     * @throws SaeLoadException if a field of that name has another value
     */
    void move(String name, String newName) {
        @Nullable JsonElement value = unread.remove(name);
        if (value == null || value.isJsonNull()) {
            return;
        }
        if (has(newName) && !value.equals(unread.get(newName))) {
            throw refused(name, shown(value), "but " + newName + " is " + shown(unread.get(newName)) + ".");
        }
        unread.put(newName, value);
        namesInFile.put(newName, name);
    }

    /** Sets a field to what somebody knows better than the file. */
    void replace(String name, JsonElement value) {
        unread.put(name, value);
    }

    /** Returns the names of the fields that were read, as the file has them. */
    Set<String> read() {
        return Set.copyOf(read);
    }

    /** Sets a field that is absent. */
    void setDefault(String name, int value) {
        if (!has(name)) {
            unread.put(name, new JsonPrimitive(value));
            defaults.add(name);
        }
    }

    /** Returns a text, or null if it is absent. */
    @Nullable
    String text(String... names) {
        @Nullable JsonPrimitive value = take("a text", JsonPrimitive::isString, names);
        return value == null ? null : value.getAsString();
    }

    /** Returns true or false, or null if it is absent. */
    @Nullable
    Boolean flag(String... names) {
        @Nullable JsonPrimitive value = take("true or false", JsonPrimitive::isBoolean, names);
        return value == null ? null : value.getAsBoolean();
    }

    /** Returns a text without taking it, or null if it is absent or none. */
    @Nullable
    String peek(String name) {
        return unread.get(name) instanceof JsonPrimitive value && value.isString() ? value.getAsString() : null;
    }

    /** Returns whether a field holds true or false. */
    boolean isFlag(String name) {
        return unread.get(name) instanceof JsonPrimitive value && value.isBoolean();
    }

    /** Returns a text that decides nothing: of another type it stays unread, and null is returned. */
    @Nullable
    String informativeText(String... names) {
        @Nullable JsonPrimitive value = takeIf(JsonPrimitive::isString, names);
        return value == null ? null : value.getAsString();
    }

    /** Returns true or false that decides nothing: of another type it stays unread, and null is returned. */
    @Nullable
    Boolean informativeFlag(String... names) {
        @Nullable JsonPrimitive value = takeIf(JsonPrimitive::isBoolean, names);
        return value == null ? null : value.getAsBoolean();
    }

    /** Returns a whole number that decides nothing: of another type it stays unread, and null is returned. */
    @Nullable
    Integer informativeInteger(String... names) {
        @Nullable JsonPrimitive value = takeIf(Fields::isInteger, names);
        return value == null ? null : Integer.valueOf(value.getAsBigDecimal().intValueExact());
    }

    /** Returns a text that must be one of some. */
    @Nullable
    String oneOf(String name, String... known) {
        @Nullable String value = text(name);
        if (value != null && !List.of(known).contains(value)) {
            throw unsupported(
                    name,
                    Quoted.of(value),
                    "but only " + String.join(", ", known) + " " + (known.length == 1 ? "is" : "are") + " known.");
        }
        return value;
    }

    /** Returns true or false, false if it is absent. */
    boolean isSet(String name) {
        return Boolean.TRUE.equals(flag(name));
    }

    /** Refuses a field that asks for something that is not there: true, where only false is known. */
    void requireUnset(String name, String why) {
        if (isSet(name)) {
            throw unsupported(name, "true", why);
        }
    }

    /** Returns whether there is a field that nothing has read and that is not null. */
    boolean has(String name) {
        @Nullable JsonElement value = unread.get(name);
        return value != null && !value.isJsonNull();
    }

    /** Drops a field whose publisher writes 0 where others leave it out. */
    void ignoreZero(String name) {
        if (unread.get(name) instanceof JsonPrimitive value && value.isNumber() && value.getAsDouble() == 0) {
            unread.remove(name);
        }
    }

    /** Drops a field that is read elsewhere or stands for nothing. */
    void ignore(String name) {
        if (unread.remove(name) != null) {
            read.add(name);
        }
    }

    /**
     * Says that all has been read that is to be, so that what is left must be known to change nothing.
     *
     * @param of what the file is of, for sentences
     * @throws SaeLoadException if a field is neither read nor inert nor allowed by the user
     */
    void close(Accounts accounts, String of, Inert inert) {
        close(accounts, of, inert, Set.of());
    }

    /**
     * Does as {@link #close(Accounts, String, Inert)}.
     *
     * @param judged the fields of which somebody else judges
     */
    void close(Accounts accounts, String of, Inert inert, Set<String> judged) {
        read.forEach(name -> accounts.use(file, name, "read"));
        List<Accounts.Stranger> strangers = new ArrayList<>();
        unread.forEach((name, value) -> {
            Optional<String> reason = inert.reason(name);
            if (reason.isPresent()) {
                accounts.use(file, name, reason.get());
            } else if (!value.isJsonNull() && !judged.contains(name)) {
                strangers.add(new Accounts.Stranger(name, name + " = " + shown(value)));
            }
        });
        accounts.refuse(file, "field", of, strangers);
    }

    /** Returns the fields that nothing has read, dotted name to JSON text, in the file's order. */
    Map<String, String> others() {
        Map<String, String> others = new LinkedHashMap<>();
        unread.forEach((name, value) -> others.put(name, value.toString()));
        return others;
    }

    /** Returns the sentence for a field whose value cannot be used. */
    SaeLoadException refused(String name, String found, String why) {
        return refused(Reason.INVALID_CONFIGURATION, name, found, why);
    }

    /** Returns the sentence for a field that asks for what is not supported here. */
    SaeLoadException unsupported(String name, String found, String why) {
        return refused(Reason.UNSUPPORTED, name, found, why);
    }

    private SaeLoadException refused(Reason reason, String name, String found, String why) {
        return new SaeLoadException(reason, file + ": " + name + " is " + found + ", " + why);
    }

    private @Nullable JsonPrimitive take(String expected, Accepts accepts, String... names) {
        for (String name : names) {
            @Nullable JsonElement value = unread.remove(name);
            if (value == null || value.isJsonNull()) {
                continue;
            }
            if (value instanceof JsonPrimitive primitive && accepts.test(primitive)) {
                if (!defaults.contains(name)) {
                    read.add(nameInFile(name));
                }
                return primitive;
            }
            throw refused(nameInFile(name), shown(value), "but should be " + expected + ".");
        }
        return null;
    }

    private String nameInFile(String name) {
        return namesInFile.getOrDefault(name, name);
    }

    private @Nullable JsonPrimitive takeIf(Accepts accepts, String... names) {
        for (String name : names) {
            @Nullable JsonElement value = unread.get(name);
            if (value != null && value.isJsonNull()) {
                unread.remove(name);
            } else if (value instanceof JsonPrimitive primitive && accepts.test(primitive)) {
                unread.remove(name);
                read.add(name);
                return primitive;
            }
        }
        return null;
    }

    private static boolean isSize(JsonPrimitive value) {
        return isInteger(value) && value.getAsBigDecimal().signum() > 0;
    }

    private static boolean isInteger(JsonPrimitive value) {
        if (!value.isNumber()) {
            return false;
        }
        try {
            value.getAsBigDecimal().intValueExact();
            return true;
        } catch (ArithmeticException | NumberFormatException e) {
            return false;
        }
    }

    private static String shown(@Nullable JsonElement value) {
        return Quoted.cut(String.valueOf(value), LONGEST_VALUE);
    }

    @FunctionalInterface
    private interface Accepts {
        boolean test(JsonPrimitive value);
    }
}
