package dev.sluice.interop;

import static dev.sluice.interop.Contract.eventually;
import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What people type: Kafka's command line tools, and whether their output says what it should. */
final class ToolChecks {
    private static final String TOPIC = "tools";
    private static final int PERFORMANCE_RECORDS = 50_000;
    private final String bootstrap;
    private final Contract.Checks checks = new Contract.Checks();

    ToolChecks(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    List<Map<String, String>> run() {
        topics();
        configs();
        console();
        shares();
        offsets();
        cluster();
        performance();
        checks.run("topics --delete", () -> {
            succeed("TopicCommand", "--delete", "--topic", TOPIC);
            eventually(() -> expectTrue("it is gone", !succeed("TopicCommand", "--list").lines().toList().contains(TOPIC)));
        });
        return checks.rows;
    }

    private Tool.Result tool(String name, String input, String... arguments) throws Exception {
        String[] all = new String[arguments.length + 2];
        all[0] = "--bootstrap-server";
        all[1] = bootstrap;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Tool.run(name, input, all);
    }

    private String succeed(String name, String... arguments) throws Exception {
        return tool(name, "", arguments).succeeded();
    }

    private void topics() {
        checks.run("topics --create", () -> expectTrue("says so", succeed("TopicCommand", "--create", "--topic", TOPIC, "--partitions", "2",
            "--replication-factor", "1", "--config", "retention.ms=-1", "--config", "segment.bytes=1048576").contains("Created topic tools.")));
        checks.run("topics --create again", () -> {
            Tool.Result result = tool("TopicCommand", "", "--create", "--topic", TOPIC);
            expect("exit code", result.code(), 1);
            expectTrue("says why: " + result.output(), result.output().contains("Topic 'tools' already exists."));
        });
        checks.run("topics --list", () -> eventually(() -> expectTrue("listed", succeed("TopicCommand", "--list").lines().toList().contains(TOPIC))));
        checks.run("topics --alter --partitions", () -> succeed("TopicCommand", "--alter", "--topic", TOPIC, "--partitions", "3"));
        checks.run("topics --describe", () -> eventually(() -> {
            String said = succeed("TopicCommand", "--describe", "--topic", TOPIC);
            expectTrue("first line: " + said, Pattern.compile("^Topic: tools\\s+TopicId: \\S{22}\\s+PartitionCount: 3\\s+ReplicationFactor: 1\\s+Configs: .*retention.ms=-1").matcher(said).find());
            expect("partitions", said.lines().filter(line -> line.matches("\\s+Topic: tools\\s+Partition: \\d\\s+Leader: \\d+\\s+Replicas: \\d+\\s+Isr: \\d+.*")).count(), 3L);
        }));
        checks.run("topics --describe of an unknown one", () ->
            expect("exit code", tool("TopicCommand", "", "--describe", "--topic", "no-such-topic").code(), 1));
        checks.run("topics --describe --under-replicated-partitions", () ->
            expect("lines", succeed("TopicCommand", "--describe", "--under-replicated-partitions").strip(), ""));
    }

    private void configs() {
        String[] entity = {"--entity-type", "topics", "--entity-name", TOPIC};
        checks.run("configs --alter --add-config", () -> {
            succeed("kafka.admin.ConfigCommand", with(entity, "--alter", "--add-config", "max.message.bytes=200000,flush.ms=5000"));
            eventually(() -> {
                String said = succeed("kafka.admin.ConfigCommand", with(entity, "--describe"));
                expectTrue(said, said.contains("max.message.bytes=200000") && said.contains("flush.ms=5000"));
            });
        });
        checks.run("configs --alter --delete-config", () -> {
            succeed("kafka.admin.ConfigCommand", with(entity, "--alter", "--delete-config", "max.message.bytes,flush.ms"));
            eventually(() -> {
                String said = succeed("kafka.admin.ConfigCommand", with(entity, "--describe"));
                expectTrue(said, !said.contains("max.message.bytes") && said.contains("retention.ms=-1"));
            });
        });
        checks.run("configs --describe --all", () -> {
            String said = succeed("kafka.admin.ConfigCommand", with(entity, "--describe", "--all"));
            expectTrue(said, said.contains("compression.type=producer sensitive=false synonyms={DEFAULT_CONFIG:compression.type=producer}"));
        });
        checks.run("configs --alter, a wrong one", () -> {
            Tool.Result result = tool("kafka.admin.ConfigCommand", "", with(entity, "--alter", "--add-config", "flush.ms=soon"));
            expectTrue("exit code " + result.code() + ": " + result.output(), result.code() != 0 && result.output().contains("InvalidConfigurationException"));
        });
    }

    private static String[] with(String[] first, String... more) {
        return IntStream.range(0, first.length + more.length)
            .mapToObj(i -> i < first.length ? first[i] : more[i - first.length]).toArray(String[]::new);
    }

    private void console() {
        checks.run("console producer", () -> {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 1000; i++) lines.append("h1:a,h2:b\tkey").append(i).append("\tvalue ").append(i).append('\n');
            tool("ConsoleProducer", lines.toString(), "--topic", TOPIC, "--compression-codec", "zstd",
                "--reader-property", "parse.key=true", "--reader-property", "parse.headers=true").succeeded();
        });
        checks.run("console consumer by partition", () -> {
            int[] seen = new int[1000];
            for (int partition = 0; partition < 3; partition++) {
                String said = consume(partition, "earliest", "--timeout-ms", "2000");
                Matcher record = Pattern.compile("Partition:" + partition + "\th1:a,h2:b\tkey(\\d+)\tvalue (\\d+)").matcher(said);
                while (record.find()) {
                    expect("the key's value", record.group(2), record.group(1));
                    seen[Integer.parseInt(record.group(1))]++;
                }
            }
            for (int i = 0; i < seen.length; i++) expect("times that record " + i + " was read", seen[i], 1);
        });
        checks.run("console consumer from an offset", () -> {
            String said = consume(0, "17", "--max-messages", "3");
            List<String> offsets = said.lines().filter(line -> line.contains("Offset:")).map(line -> line.replaceAll(".*Offset:(\\d+).*", "$1")).toList();
            expect("offsets", offsets, List.of("17", "18", "19"));
        });
    }

    private String consume(int partition, String offset, String... more) throws Exception {
        String[] arguments = {"--topic", TOPIC, "--partition", String.valueOf(partition), "--offset", offset,
            "--formatter-property", "print.partition=true", "--formatter-property", "print.offset=" + !offset.equals("earliest"),
            "--formatter-property", "print.headers=true", "--formatter-property", "print.key=true"};
        return tool("consumer.ConsoleConsumer", "", with(arguments, more)).output();
    }

    private static long offsetsIn(String said) {
        return said.lines().filter(line -> line.contains("Offset:")).count();
    }

    private void shares() {
        String group = "tools.share";
        checks.run("configs of a group", () -> succeed("kafka.admin.ConfigCommand", "--entity-type", "groups", "--entity-name", group,
            "--alter", "--add-config", "share.auto.offset.reset=earliest"));
        checks.run("console share consumer", () -> {
            String[] few = {"--topic", TOPIC, "--group", group, "--max-messages", "7", "--formatter-property", "print.offset=true",
                "--formatter-property", "print.delivery=true"};
            expect("released", offsetsIn(succeed("consumer.ConsoleShareConsumer", with(few, "--release"))), 7L);
            expect("rejected", offsetsIn(succeed("consumer.ConsoleShareConsumer", with(few, "--reject"))), 7L);
            String said = succeed("consumer.ConsoleShareConsumer", few);
            expect("accepted", offsetsIn(said), 7L);
        });
        checks.run("verifiable share consumer", () -> {
            String said = Tool.run("VerifiableShareConsumer", "", "--bootstrap-server", bootstrap, "--topic", TOPIC, "--group-id", "tools.verified",
                "--max-messages", "1000", "--offset-reset-strategy", "earliest", "--acknowledgement-mode", "sync").output();
            for (String event : List.of("startup_complete", "offset_reset_strategy_set", "records_consumed", "offsets_acknowledged"))
                expectTrue(event + ": " + said, said.contains("\"name\":\"" + event + "\""));
            long count = 0;
            Matcher acknowledged = Pattern.compile("\"name\":\"offsets_acknowledged\".*?\"success\":true.*?").matcher(said);
            while (acknowledged.find()) count++;
            expectTrue("acknowledged", count > 0);
        });
        checks.run("share-groups --describe, --reset-offsets, --delete-offsets, --delete", () -> {
            expectTrue("listed", succeed("consumer.group.ShareGroupCommand", "--list").lines().toList().contains(group));
            String described = succeed("consumer.group.ShareGroupCommand", "--describe", "--group", "tools.verified");
            expectTrue(described, described.lines().anyMatch(line -> line.matches("tools\\.verified\\s+tools\\s+\\d+\\s+\\d+.*")));
            String[] reset = {"--reset-offsets", "--group", "tools.verified", "--topic", TOPIC, "--to-earliest", "--execute"};
            eventually(() -> {
                String said = succeed("consumer.group.ShareGroupCommand", reset);
                expect(said, said.lines().filter(line -> line.matches("tools\\.verified\\s+tools\\s+\\d\\s+0\\s*")).count(), 3L);
            });
            succeed("consumer.group.ShareGroupCommand", "--delete-offsets", "--group", "tools.verified", "--topic", TOPIC);
            for (String each : List.of(group, "tools.verified")) {
                eventually(() -> succeed("consumer.group.ShareGroupCommand", "--delete", "--group", each));
            }
            expectTrue("gone", !succeed("consumer.group.ShareGroupCommand", "--list").contains("tools.share"));
        });
    }

    private long sumOfOffsets(String time) throws Exception {
        String said = succeed("GetOffsetShell", "--topic", TOPIC, "--time", time);
        expect("partitions", said.strip().lines().count(), 3L);
        return said.strip().lines().mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(':') + 1))).sum();
    }

    private void offsets() {
        checks.run("get-offsets, latest and earliest", () -> {
            expect("records", sumOfOffsets("latest"), 1000L);
            expect("earliest", sumOfOffsets("earliest"), 0L);
            expect("earliest-local", sumOfOffsets("earliest-local"), 0L);
        });
        checks.run("get-offsets, by time and max-timestamp", () -> {
            expect("after the epoch", sumOfOffsets("1"), 0L);
            expectTrue("max timestamp", sumOfOffsets("max-timestamp") > 0);
        });
        checks.run("delete-records", () -> {
            Path file = Files.createTempFile("delete-records", ".json");
            try {
                Files.writeString(file, "{\"version\":1,\"partitions\":[{\"topic\":\"tools\",\"partition\":0,\"offset\":20}]}");
                String said = succeed("DeleteRecordsCommand", "--offset-json-file", file.toString());
                expectTrue(said, said.contains("partition: tools-0\tlow_watermark: 20"));
            } finally {
                Files.delete(file);
            }
            expect("earliest", sumOfOffsets("earliest"), 20L);
        });
    }

    private void cluster() {
        checks.run("broker-api-versions", () -> {
            String said = succeed("BrokerApiVersionsCommand");
            expectTrue(said, said.contains("Produce(0): 0 to 13 [usable: 13]") && said.contains("Fetch(1): 4 to 18 [usable: 18]"));
            expectTrue("the rest is known: " + said, !said.contains("UNKNOWN("));
        });
        checks.run("log-dirs --describe", () -> {
            String said = succeed("LogDirsCommand", "--describe", "--topic-list", TOPIC);
            JsonNode described = Contract.JSON.readTree(said.lines().filter(line -> line.startsWith("{")).findFirst().orElseThrow());
            JsonNode directory = described.get("brokers").get(0).get("logDirs").get(0);
            expectTrue("error: " + said, directory.get("error").isNull());
            expect("partitions", directory.get("partitions").size(), 3);
            for (JsonNode partition : directory.get("partitions")) {
                expectTrue("size: " + partition, partition.get("size").asLong() > 0);
                expect("lag", partition.get("offsetLag").asLong(), 0L);
            }
        });
        checks.run("cluster cluster-id", () ->
            expectTrue("an id", Tool.run("ClusterTool", "", "cluster-id", "--bootstrap-server", bootstrap).succeeded().startsWith("Cluster ID: ")));
        checks.run("metadata-quorum describe --status", () ->
            expectTrue("a leader", Pattern.compile("LeaderId:\\s+\\d+").matcher(succeed("MetadataQuorumCommand", "describe", "--status")).find()));
        checks.run("features describe", () ->
            expectTrue("metadata.version", succeed("FeatureCommand", "describe").contains("Feature: metadata.version")));
        checks.run("groups --list", () -> succeed("GroupsCommand", "--list"));
        checks.run("transactions describe-producers", () -> {
            String said = Tool.run("TransactionsCommand", "", "--bootstrap-server", bootstrap, "describe-producers", "--topic", TOPIC, "--partition", "0").succeeded();
            expectTrue(said, said.contains("ProducerId") && said.strip().lines().count() == 2);
        });
    }

    private void performance() {
        String topic = TOPIC + ".performance";
        checks.run("producer performance", () -> {
            succeed("TopicCommand", "--create", "--topic", topic, "--partitions", "4", "--config", "segment.bytes=1048576");
            String said = succeed("ProducerPerformance", "--topic", topic, "--num-records", String.valueOf(PERFORMANCE_RECORDS),
                "--record-size", "100", "--throughput", "-1");
            expectTrue(said, said.contains(PERFORMANCE_RECORDS + " records sent, ") && said.contains(" ms 99.9th."));
        });
        checks.run("consumer performance, partitions assigned", () -> {
            String said = Tool.consumerPerformanceAssigned(bootstrap, "--bootstrap-server", bootstrap, "--topic", topic,
                "--num-records", String.valueOf(PERFORMANCE_RECORDS), "--timeout", "20000").succeeded();
            expectTrue(said, said.lines().anyMatch(line -> line.matches(".*, " + PERFORMANCE_RECORDS + ", [\\d.]+, .*")));
        });
        checks.run("consumer performance, in a group", () -> {
            String said = succeed("ConsumerPerformance", "--topic", topic, "--num-records", String.valueOf(PERFORMANCE_RECORDS));
            expectTrue(said, said.lines().anyMatch(line -> line.matches(".*, " + PERFORMANCE_RECORDS + ", [\\d.]+, .*")));
        });
    }
}
