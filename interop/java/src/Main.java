package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ../../CONTRACT.md spoken by kafka-clients, and Kafka's own tools run in the same machine. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        String bootstrap = args[0];
        Records records = new Records(bootstrap);
        Map<String, Contract.Handler> handlers = new HashMap<>(Map.of(
            "hello", request -> Map.of(
                "codecs", List.of("none", "gzip", "snappy", "lz4", "zstd"),
                "can", List.of("timestamps", "header-bytes", "admin", "details", "tools", "groups", "transactions", "snapshots", "shares", "share-checks")),
            "write", records::write,
            "read", records::read,
            "offsets", records::offsets,
            "flood", records::flood,
            "drain", records::drain,
            "stream", records::stream,
            "provoke", request -> Provocations.provoke(bootstrap, request),
            "admin", request -> Map.of("checks", new AdminChecks(bootstrap, request.get("topic").asText()).run()),
            "tools", request -> Map.of("checks", new ToolChecks(bootstrap).run())));
        handlers.put("details", request -> Map.of("checks", new DetailChecks(bootstrap).run()));
        handlers.put("dumpLog", DumpLog::check);
        Groups groups = new Groups(bootstrap);
        handlers.put("join", groups::join);
        handlers.put("look", groups::look);
        handlers.put("tell", groups::tell);
        handlers.put("leave", groups::leave);
        handlers.put("committed", groups::committed);
        handlers.put("groupAdmin", request -> Map.of("checks", new GroupAdminChecks(bootstrap, request).run()));
        handlers.put("tool", request -> Tool.asked(request));
        Transactions transactions = new Transactions(bootstrap);
        handlers.put("transaction", transactions::transaction);
        handlers.put("readIsolated", transactions::readIsolated);
        handlers.put("copy", transactions::copy);
        handlers.put("shares", request -> Map.of("checks", new ShareChecks(bootstrap).run()));
        ShareWorkers workers = new ShareWorkers(bootstrap);
        handlers.put("shareWork", workers::work);
        handlers.put("shareStop", workers::stop);
        handlers.put("snapshot", new Snapshots(bootstrap)::snapshot);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode request = Contract.JSON.readTree(line);
            String op = request.get("op").asText();
            try {
                Contract.Handler handler = handlers.get(op);
                if (handler == null) throw new IllegalArgumentException("no such op: " + op);
                Contract.write(Map.of("ok", handler.handle(request)));
            } catch (Throwable thrown) {
                Contract.write(Map.of("error", Contract.faultOf(thrown)));
            }
        }
        // Threads that a tool left behind do not hold the program back.
        Runtime.getRuntime().halt(0);
    }
}
