package dev.sluice.interop;

import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectError;
import static dev.sluice.interop.Contract.expectTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What settings of topic, producer and consumer do to records, as kafka-clients shows it. */
final class DetailChecks {
    private final String bootstrap;
    private final Contract.Checks checks = new Contract.Checks();
    private int topics = 0;

    DetailChecks(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    List<Map<String, String>> run() {
        producing();
        refusals();
        consuming();
        resets();
        sessions();
        return checks.rows;
    }

    private TopicPartition create(int partitions, Map<String, String> configs) throws Exception {
        topics++;
        String topic = "details-" + topics;
        Map<String, String> all = new LinkedHashMap<>(Map.of("retention.ms", "-1"));
        all.putAll(configs);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(all))).all().get();
        }
        return new TopicPartition(topic, 0);
    }

    private List<RecordMetadata> produce(TopicPartition to, int count, Map<String, Object> settings) throws Exception {
        List<RecordMetadata> written = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, settings)) {
            for (int i = 0; i < count; i++) written.add(producer.send(record(to, "key " + i, "value " + i)).get());
        }
        return written;
    }

    private static ProducerRecord<byte[], byte[]> record(TopicPartition to, String key, String value) {
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(to.topic(), to.partition(), keyBytes, value.getBytes(StandardCharsets.UTF_8));
    }

    private Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", false, "fetch.max.wait.ms", 100));
        all.putAll(settings);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<ConsumerRecord<byte[], byte[]>> take(Consumer<byte[], byte[]> consumer, int count) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        Records.fetch(consumer, record -> {
            records.add(record);
            return records.size() < count;
        });
        return records;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(TopicPartition partition, int count, Map<String, Object> settings) throws Exception {
        try (Consumer<byte[], byte[]> consumer = consumer(settings)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            return take(consumer, count);
        }
    }

    private void producing() {
        for (String acks : List.of("0", "1")) {
            checks.run("acks=" + acks, () -> {
                TopicPartition partition = create(1, Map.of());
                List<RecordMetadata> written = produce(partition, 20, Map.of("acks", acks, "enable.idempotence", false));
                expect("offset of the last", written.get(19).offset(), acks.equals("0") ? -1L : 19L);
                expect("records", read(partition, 20, Map.of()).size(), 20);
            });
        }
        checks.run("message.timestamp.type=LogAppendTime", () -> {
            TopicPartition partition = create(1, Map.of("message.timestamp.type", "LogAppendTime"));
            long before = System.currentTimeMillis();
            try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of("compression.type", "lz4"))) {
                RecordMetadata written = producer.send(new ProducerRecord<>(partition.topic(), 0, 1_000L, null, new byte[1])).get();
                expectTrue("the producer is told the broker's time", written.timestamp() >= before);
            }
            ConsumerRecord<byte[], byte[]> read = read(partition, 1, Map.of()).get(0);
            expect("timestamp type", read.timestampType(), TimestampType.LOG_APPEND_TIME);
            expectTrue("timestamp", read.timestamp() >= before);
        });
        for (String codec : List.of("uncompressed", "gzip", "zstd")) {
            checks.run("compression.type=" + codec + " of the topic, lz4 of the producer", () -> {
                TopicPartition partition = create(1, Map.of("compression.type", codec));
                try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of("compression.type", "lz4", "linger.ms", 50))) {
                    for (int i = 0; i < 300; i++) producer.send(record(partition, "key " + i, "value " + i));
                }
                List<ConsumerRecord<byte[], byte[]>> read = read(partition, 300, Map.of());
                for (int i = 0; i < 300; i++) {
                    expect("offset", read.get(i).offset(), (long) i);
                    expect("value", new String(read.get(i).value(), StandardCharsets.UTF_8), "value " + i);
                }
            });
        }
        checks.run("many partitions by the default partitioner", () -> {
            TopicPartition any = create(6, Map.of());
            try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of())) {
                // murmur2 of the key, modulo the number of partitions.
                for (String key : List.of("a", "b", "c", "one", "two", "")) {
                    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
                    int expected = org.apache.kafka.common.utils.Utils.toPositive(org.apache.kafka.common.utils.Utils.murmur2(bytes)) % 6;
                    expect("partition of " + key, producer.send(new ProducerRecord<>(any.topic(), bytes, bytes)).get().partition(), expected);
                }
            }
        });
    }

    private void refused(Class<? extends Exception> error, Map<String, String> configs, Map<String, Object> settings, String key, Long timestamp) throws Exception {
        TopicPartition partition = create(1, configs);
        try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, settings)) {
            byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
            expectError(error, () -> producer.send(new ProducerRecord<>(partition.topic(), 0, timestamp, keyBytes, new byte[1])).get());
        }
        try (Consumer<byte[], byte[]> consumer = consumer(Map.of())) {
            expect("end", consumer.endOffsets(List.of(partition)).get(partition), 0L);
        }
    }

    private void refusals() {
        long now = System.currentTimeMillis();
        checks.run("a null key on a compacted topic is refused", () ->
            refused(InvalidRecordException.class, Map.of("cleanup.policy", "compact"), Map.of(), null, null));
        checks.run("a timestamp too far ahead is refused", () ->
            refused(InvalidTimestampException.class, Map.of("message.timestamp.after.max.ms", "60000"), Map.of(), "k", now + 3_600_000));
        checks.run("a timestamp too far back is refused", () ->
            refused(InvalidTimestampException.class, Map.of("message.timestamp.before.max.ms", "60000"), Map.of(), "k", now - 3_600_000));
        checks.run("min.insync.replicas above the number of replicas asks for no more than there are", () ->
            expect("offset", produce(create(1, Map.of("min.insync.replicas", "2")), 1, Map.of()).get(0).offset(), 0L));
    }

    private void consuming() {
        checks.run("a record larger than max.partition.fetch.bytes still comes", () -> {
            TopicPartition partition = create(1, Map.of());
            try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of())) {
                producer.send(new ProducerRecord<>(partition.topic(), 0, null, new byte[900_000])).get();
                producer.send(new ProducerRecord<>(partition.topic(), 0, null, new byte[1])).get();
            }
            List<ConsumerRecord<byte[], byte[]>> read = read(partition, 2, Map.of("max.partition.fetch.bytes", 1000, "fetch.max.bytes", 1000));
            expect("sizes", List.of(read.get(0).value().length, read.get(1).value().length), List.of(900_000, 1));
        });
        checks.run("read_committed reads plain records", () -> {
            TopicPartition partition = create(1, Map.of());
            produce(partition, 10, Map.of());
            expect("records", read(partition, 10, Map.of("isolation.level", "read_committed")).size(), 10);
        });
        checks.run("fetch.min.bytes is waited for, and no longer than fetch.max.wait.ms", () -> {
            TopicPartition partition = create(1, Map.of());
            produce(partition, 1, Map.of());
            expect("records", read(partition, 1, Map.of("fetch.min.bytes", 1_000_000, "fetch.max.wait.ms", 200)).size(), 1);
        });
        checks.run("a long poll ends with a new record", () -> {
            TopicPartition partition = create(1, Map.of());
            try (Consumer<byte[], byte[]> consumer = consumer(Map.of("fetch.max.wait.ms", 30_000))) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, 0);
                consumer.poll(Duration.ofMillis(500));
                produce(partition, 1, Map.of());
                long from = System.nanoTime();
                expect("records", take(consumer, 1).size(), 1);
                expectTrue("it came before the wait was over", System.nanoTime() - from < 25_000_000_000L);
            }
        });
        checks.run("lag, position and the ends", () -> {
            TopicPartition partition = create(1, Map.of());
            produce(partition, 30, Map.of());
            try (Consumer<byte[], byte[]> consumer = consumer(Map.of("max.poll.records", 10))) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                while (consumer.position(partition) < 10) consumer.poll(Duration.ofMillis(200));
                expect("lag", consumer.currentLag(partition).getAsLong(), 20L);
                consumer.seekToEnd(List.of(partition));
                expect("position at the end", consumer.position(partition), 30L);
                expect("partitions", consumer.partitionsFor(partition.topic()).size(), 1);
                expectTrue("listed", consumer.listTopics().containsKey(partition.topic()));
            }
        });
    }

    private void resets() {
        Map<String, Integer> starts = Map.of("earliest", 0, "latest", 20, "by_duration:PT1H", 10);
        starts.forEach((policy, expected) -> checks.run("auto.offset.reset=" + policy, () -> {
            TopicPartition partition = create(1, Map.of());
            long dayAgo = System.currentTimeMillis() - 86_400_000;
            try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of())) {
                for (int i = 0; i < 20; i++) {
                    Long timestamp = i < 10 ? dayAgo : null;
                    producer.send(new ProducerRecord<>(partition.topic(), 0, timestamp, null, new byte[1])).get();
                }
            }
            try (Consumer<byte[], byte[]> consumer = consumer(Map.of("auto.offset.reset", policy))) {
                consumer.assign(List.of(partition));
                expect("first position", consumer.position(partition), (long) expected);
                if (expected == 20) return;
                consumer.seek(partition, 1_000_000);
                expect("first record after an offset out of range", take(consumer, 1).get(0).offset(), (long) expected);
            }
        }));
    }

    /** Fetch sessions: partitions come and go, some move and most stand still. */
    private void sessions() {
        checks.run("a fetch session over 100 partitions that changes", () -> {
            String topic = create(100, Map.of()).topic();
            Collection<TopicPartition> partitions = IntStream.range(0, 100).mapToObj(i -> new TopicPartition(topic, i)).toList();
            try (Consumer<byte[], byte[]> consumer = consumer(Map.of("auto.offset.reset", "earliest"));
                    Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of())) {
                consumer.assign(partitions);
                for (int round = 0; round < 5; round++) {
                    consumer.poll(Duration.ofMillis(50));
                    for (int i = round; i < 100; i += 17) producer.send(record(new TopicPartition(topic, i), "k", "round " + round)).get();
                    int count = (99 - round) / 17 + 1;
                    for (ConsumerRecord<byte[], byte[]> read : take(consumer, count)) {
                        expect("value", new String(read.value(), StandardCharsets.UTF_8), "round " + round);
                        expect("partition", read.partition() % 17, round);
                    }
                }
                Collection<TopicPartition> half = partitions.stream().filter(partition -> partition.partition() % 2 == 0).toList();
                consumer.assign(half);
                consumer.poll(Duration.ofMillis(100));
                for (TopicPartition partition : partitions) producer.send(record(partition, "k", "last"));
                producer.flush();
                consumer.pause(List.of(new TopicPartition(topic, 0)));
                for (ConsumerRecord<byte[], byte[]> read : take(consumer, 49)) expectTrue("even, not paused", read.partition() % 2 == 0 && read.partition() != 0);
                consumer.resume(List.of(new TopicPartition(topic, 0)));
                expect("the paused one", take(consumer, 1).get(0).partition(), 0);
            }
        });
    }
}
