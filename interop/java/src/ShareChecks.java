package dev.sluice.interop;

import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's own share consumer, in each of its ways. */
final class ShareChecks {
    private static final long PATIENCE_MS = 30_000;
    private static final long SILENCE_MS = 1_500;

    private final String bootstrap;
    private final Contract.Checks checks = new Contract.Checks();
    private int topics = 0;

    ShareChecks(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    List<Map<String, String>> run() {
        checks.run("what is polled is accepted with the next poll", this::implicit);
        checks.run("accept, release, reject", this::explicit);
        checks.run("locks are renewed", this::renew);
        checks.run("never more than the record limit", this::recordLimit);
        checks.run("a closed consumer gives back what it has not accepted", this::closing);
        checks.run("after the last delivery a record is gone", this::deliveryLimit);
        checks.run("only committed records", this::committed);
        checks.run("a group that begins at the end", this::latest);
        checks.run("members share a partition", this::members);
        return checks.rows;
    }

    private void implicit() throws Exception {
        Scene scene = new Scene(100, Map.of());
        try (var consumer = scene.consumer(Map.of())) {
            var records = scene.take(consumer, 100);
            expect("records", records.size(), 100);
            expectTrue("each for the first time", records.stream().allMatch(record -> timesOf(record) == 1));
            consumer.poll(Duration.ZERO);
            scene.expectNothingLeft();
        }
    }

    private void explicit() throws Exception {
        Scene scene = new Scene(90, Map.of());
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            AcknowledgeType[] types = {AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT};
            for (var record : scene.take(consumer, 90)) consumer.acknowledge(record, types[(int) (record.offset() % 3)]);
            expectWritten(consumer);
            var again = scene.take(consumer, 30);
            expect("released records", again.size(), 30);
            for (var record : again) {
                expect("which", record.offset() % 3, 1L);
                expect("how often", timesOf(record), 2);
                consumer.acknowledge(record);
            }
            expectWritten(consumer);
            scene.expectNothingLeft();
        }
    }

    private void renew() throws Exception {
        Scene scene = new Scene(10, Map.of());
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            for (var record : scene.take(consumer, 10)) consumer.acknowledge(record, AcknowledgeType.RENEW);
            expectWritten(consumer);
            // The consumer shows them once more.
            for (var record : scene.take(consumer, 10)) consumer.acknowledge(record);
            expectWritten(consumer);
            scene.expectNothingLeft();
        }
    }

    private void recordLimit() throws Exception {
        Scene scene = new Scene(50, Map.of());
        Map<String, String> settings = Map.of("share.acquire.mode", "record_limit", "max.poll.records", "7");
        try (var consumer = scene.consumer(settings)) {
            int count = 0;
            for (long end = now() + PATIENCE_MS; count < 50 && now() < end; ) {
                int polled = consumer.poll(Duration.ofMillis(200)).count();
                expectTrue("a poll of " + polled, polled <= 7);
                count += polled;
            }
            expect("records", count, 50);
        }
    }

    private void closing() throws Exception {
        Scene scene = new Scene(20, Map.of());
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            var records = scene.take(consumer, 20);
            for (var record : records.subList(0, 5)) consumer.acknowledge(record);
            expectWritten(consumer);
        }
        try (var consumer = scene.consumer(Map.of())) {
            var again = scene.take(consumer, 15);
            expect("records", again.size(), 15);
            expectTrue("again", again.stream().allMatch(record -> record.offset() >= 5 && timesOf(record) == 2));
        }
    }

    private void deliveryLimit() throws Exception {
        Scene scene = new Scene(1, Map.of("share.delivery.count.limit", "3"));
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            for (int times = 1; times <= 3; times++) {
                var records = scene.take(consumer, 1);
                expect("delivery " + times, records.size(), 1);
                expect("how often", timesOf(records.get(0)), times);
                consumer.acknowledge(records.get(0), AcknowledgeType.RELEASE);
                expectWritten(consumer);
            }
            scene.expectNothingLeft();
        }
    }

    private void committed() throws Exception {
        Scene scene = new Scene(0, Map.of("share.isolation.level", "read_committed"));
        Map<String, Object> settings = new HashMap<>(producing());
        settings.put("transactional.id", "of-" + scene.topic);
        try (var producer = new KafkaProducer<String, String>(settings)) {
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                for (int j = 0; j < 5; j++) producer.send(new ProducerRecord<>(scene.topic, i % 2 == 0 ? "good" : "bad"));
                producer.flush();
                if (i % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
        }
        try (var consumer = scene.consumer(Map.of())) {
            var records = scene.take(consumer, 15);
            records.addAll(scene.rest(consumer));
            Set<String> values = records.stream().map(ConsumerRecord::value).collect(Collectors.toSet());
            expect("values", values, Set.of("good"));
            expect("records", records.size(), 15);
        }
    }

    private void latest() throws Exception {
        Scene scene = new Scene(5, Map.of("share.auto.offset.reset", "latest"));
        try (var consumer = scene.consumer(Map.of())) {
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            // Where the group begins shows only in what it gets.
            for (long end = now() + PATIENCE_MS; records.isEmpty() && now() < end; ) {
                scene.write(1);
                records.addAll(scene.poll(consumer, 1, 200));
            }
            expectTrue("it gets what is new", !records.isEmpty());
            expectTrue("and nothing older", records.stream().allMatch(record -> record.offset() >= 5));
        }
    }

    private void members() throws Exception {
        Scene scene = new Scene(200, Map.of());
        Map<String, String> settings = Map.of("share.acquire.mode", "record_limit", "max.poll.records", "10");
        try (var one = scene.consumer(settings); var other = scene.consumer(settings)) {
            List<Long> offsets = new ArrayList<>();
            int[] counts = {0, 0};
            for (long end = now() + PATIENCE_MS; offsets.size() < 200 && now() < end; ) {
                int turn = 0;
                for (var consumer : List.of(one, other)) {
                    for (var record : consumer.poll(Duration.ofMillis(100))) {
                        offsets.add(record.offset());
                        counts[turn]++;
                    }
                    turn++;
                }
            }
            expect("records", offsets.size(), 200);
            expect("different ones", Set.copyOf(offsets).size(), 200);
            expectTrue("both have some: " + counts[0] + " and " + counts[1], counts[0] > 0 && counts[1] > 0);
        }
    }

    private Map<String, Object> producing() {
        return Map.of(
            "bootstrap.servers", bootstrap,
            "key.serializer", StringSerializer.class,
            "value.serializer", StringSerializer.class);
    }

    private static int timesOf(ConsumerRecord<String, String> record) {
        return record.deliveryCount().map(Short::intValue).orElse(0);
    }

    private static void expectWritten(KafkaShareConsumer<String, String> consumer) {
        consumer.commitSync().forEach((place, fault) -> expect("what became of " + place, fault, Optional.empty()));
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    /** A topic of its own, and a group that reads it. */
    private final class Scene {
        final String topic = "shares-" + ++topics;
        final String group = topic + ".group";

        Scene(int count, Map<String, String> groupSettings) throws Exception {
            Map<String, String> settings = new HashMap<>(Map.of("share.auto.offset.reset", "earliest"));
            settings.putAll(groupSettings);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
                List<AlterConfigOp> changes = settings.entrySet().stream()
                    .map(entry -> new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), OpType.SET))
                    .toList();
                admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), changes)).all().get();
            }
            write(count);
        }

        void write(int count) {
            try (var producer = new KafkaProducer<String, String>(producing())) {
                for (int i = 0; i < count; i++) producer.send(new ProducerRecord<>(topic, "value " + i));
            }
        }

        /** As the broker sees it, soon. */
        void expectNothingLeft() throws Exception {
            TopicPartition partition = new TopicPartition(topic, 0);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                Contract.eventually(() -> {
                    var found = admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()));
                    expect("lag", found.partitionsToOffsetInfo(group).get().get(partition).lag(), Optional.of(0L));
                });
            }
        }

        KafkaShareConsumer<String, String> consumer(Map<String, String> more) {
            Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers", bootstrap,
                "group.id", group,
                "key.deserializer", StringDeserializer.class,
                "value.deserializer", StringDeserializer.class));
            settings.putAll(more);
            var consumer = new KafkaShareConsumer<String, String>(settings);
            consumer.subscribe(List.of(topic));
            return consumer;
        }

        List<ConsumerRecord<String, String>> take(KafkaShareConsumer<String, String> consumer, int count) {
            return poll(consumer, count, PATIENCE_MS);
        }

        /** What still comes. */
        List<ConsumerRecord<String, String>> rest(KafkaShareConsumer<String, String> consumer) {
            return poll(consumer, Integer.MAX_VALUE, SILENCE_MS);
        }

        private List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> consumer, int count, long ms) {
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            for (long end = now() + ms; records.size() < count && now() < end; ) {
                for (var record : consumer.poll(Duration.ofMillis(200))) records.add(record);
            }
            return records;
        }
    }
}
