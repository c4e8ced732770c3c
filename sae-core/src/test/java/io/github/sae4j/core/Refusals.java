package io.github.sae4j.core;

import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Makes calls that must be refused with a sentence, or accepted, and keeps those that were not. */
final class Refusals {

    private final Map<String, String> failures = new LinkedHashMap<>();
    private int calls;

    void print() {
        failures.forEach((call, why) -> System.out.println("FAILED " + call + ": " + why));
        System.out.println(calls + " calls, " + failures.size() + " failures");
    }

    void refuse(String name, ThrowingCallable call) {
        calls++;
        try {
            call.call();
            failures.put(name, "was accepted");
        } catch (SaeException | NullPointerException | IllegalStateException e) {
            if (e.getMessage() == null || !e.getMessage().endsWith(".")) {
                failures.put(name, "said no sentence: " + e.getMessage());
            }
        } catch (Throwable e) {
            failures.put(name, "threw " + e);
        }
    }

    void accept(String name, ThrowingCallable call) {
        calls++;
        try {
            call.call();
        } catch (Throwable e) {
            failures.put(name, "threw " + e);
        }
    }
}
