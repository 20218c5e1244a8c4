package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.protocol.Errors;

/** The Java side of ../../CONTRACT.md: requests and replies as JSON lines. */
final class Contract {
    static final ObjectMapper JSON = new ObjectMapper();
    /** Kept from the start: Kafka's tools get another System.out while they run. */
    private static final PrintStream OUT = System.out;

    private Contract() {}

    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    @FunctionalInterface
    interface Handler {
        Object handle(JsonNode request) throws Exception;
    }

    static synchronized void write(Object message) throws Exception {
        OUT.println(JSON.writeValueAsString(message));
        OUT.flush();
    }

    static void progress(int count) {
        try {
            write(Map.of("progress", count));
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The bytes that a specification stands for; null for null. */
    static byte[] bytesOf(JsonNode spec) {
        if (spec.isNull()) return null;
        if (spec.isTextual()) return spec.asText().getBytes(StandardCharsets.UTF_8);
        if (spec.has("hex")) return HexFormat.of().parseHex(spec.get("hex").asText());
        byte[] bytes = new byte[spec.get("size").asInt()];
        byte[] repeat = spec.path("repeat").asText().getBytes(StandardCharsets.UTF_8);
        int state = spec.path("seed").asInt();
        for (int i = 0; i < bytes.length; i++) {
            if (repeat.length > 0) {
                bytes[i] = repeat[i % repeat.length];
            } else {
                state = state * 1664525 + 1013904223;
                bytes[i] = (byte) (state >>> 24);
            }
        }
        return bytes;
    }

    static String digest(byte[] bytes) throws Exception {
        if (bytes == null) return null;
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
        return bytes.length + ":" + HexFormat.of().formatHex(sum, 0, 8);
    }

    static Map<String, Object> faultOf(Throwable thrown) {
        Throwable error = thrown instanceof ExecutionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        Errors known = Errors.forException(error);
        int code = known == Errors.UNKNOWN_SERVER_ERROR ? -1 : known.code();
        return Map.of("type", error.getClass().getSimpleName(), "code", code, "message", String.valueOf(error.getMessage()));
    }

    /** Named steps; a failed one does not stop the rest. */
    static final class Checks {
        final List<Map<String, String>> rows = new ArrayList<>();

        void run(String name, Step step) {
            Map<String, String> row = new LinkedHashMap<>();
            row.put("name", name);
            try {
                step.run();
            } catch (Throwable thrown) {
                Map<String, Object> fault = faultOf(thrown);
                row.put("error", fault.get("type") + ": " + fault.get("message"));
            }
            rows.add(row);
        }

        void skip(String name, String why) {
            rows.add(Map.of("name", name, "skipped", why));
        }
    }

    static void expect(String what, Object got, Object want) {
        if (!Objects.equals(got, want)) throw new AssertionError(what + ": got " + got + ", want " + want);
    }

    static void expectTrue(String what, boolean holds) {
        if (!holds) throw new AssertionError(what);
    }

    static void expectError(Class<? extends Exception> type, Step step) throws Exception {
        try {
            step.run();
        } catch (Exception thrown) {
            Throwable error = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
            if (type.isInstance(error)) return;
            throw thrown;
        }
        throw new AssertionError("no " + type.getSimpleName());
    }

    /** Tries again for a while: Kafka's brokers hear of a change of metadata after it was answered. */
    static void eventually(Step step) throws Exception {
        for (int tries = 0; ; tries++) {
            try {
                step.run();
                return;
            } catch (Exception | AssertionError failed) {
                if (tries == 50) throw failed;
                Thread.sleep(100);
            }
        }
    }
}
