package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Transactional producers by the names that the runner gave them, reading by isolation, and the copying program. */
final class Transactions {
    private static final Duration POLL = Duration.ofMillis(100);
    private final String bootstrap;
    private final Map<String, Producer<byte[], byte[]>> producers = new HashMap<>();

    Transactions(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    Object transaction(JsonNode request) throws Exception {
        String name = request.get("producer").asText();
        String what = request.get("what").asText();
        if (what.equals("open")) {
            Producer<byte[], byte[]> opened = producer(request.get("transactionalId").asText(), request.path("timeoutMs").asInt(60_000));
            producers.put(name, opened);
            opened.initTransactions();
            return Map.of();
        }
        Producer<byte[], byte[]> producer = producers.get(name);
        switch (what) {
            case "begin" -> producer.beginTransaction();
            case "send" -> send(producer, request.get("to"));
            case "offsets" -> producer.sendOffsetsToTransaction(
                Map.of(new TopicPartition(request.get("topic").asText(), 0), new OffsetAndMetadata(request.get("offset").asLong())),
                new ConsumerGroupMetadata(request.get("group").asText()));
            case "commit" -> producer.commitTransaction();
            case "abort" -> producer.abortTransaction();
            case "close" -> producers.remove(name).close(Duration.ZERO);
            default -> throw new IllegalArgumentException("no such step: " + what);
        }
        return Map.of();
    }

    private Producer<byte[], byte[]> producer(String transactionalId, int timeoutMs) {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", bootstrap, "transactional.id", transactionalId, "transaction.timeout.ms", timeoutMs, "linger.ms", 0);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void send(Producer<byte[], byte[]> producer, JsonNode places) throws Exception {
        List<Future<?>> sent = new ArrayList<>();
        for (JsonNode place : places) {
            byte[] value = place.get(2).asText().getBytes();
            byte[] key = place.has(3) ? place.get(3).asText().getBytes() : null;
            sent.add(producer.send(new ProducerRecord<>(place.get(0).asText(), place.get(1).asInt(), key, value)));
        }
        for (Future<?> one : sent) one.get();
    }

    private Consumer<byte[], byte[]> consumer(String group, String isolation) {
        Map<String, Object> settings = new HashMap<>(Map.of(
            "bootstrap.servers", bootstrap, "isolation.level", isolation, "auto.offset.reset", "earliest",
            "enable.auto.commit", false, "max.poll.records", 20, "fetch.max.wait.ms", 50,
            "session.timeout.ms", 6_000, "heartbeat.interval.ms", 1_000));
        if (group != null) settings.put("group.id", group);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Until `count` came, and then for as long as `silenceMs`, in which nothing may come. */
    Object readIsolated(JsonNode request) {
        List<List<Integer>> values = new ArrayList<>();
        List<TopicPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < request.get("partitions").asInt(); partition++) {
            values.add(new ArrayList<>());
            partitions.add(new TopicPartition(request.get("topic").asText(), partition));
        }
        int left = request.get("count").asInt();
        long silenceMs = request.get("silenceMs").asLong();
        try (Consumer<byte[], byte[]> consumer = consumer(null, request.get("isolation").asText())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long until = System.currentTimeMillis() + (left > 0 ? 20_000 : silenceMs);
            while (System.currentTimeMillis() < until) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    values.get(record.partition()).add(Integer.parseInt(new String(record.value())));
                    if (--left == 0) until = System.currentTimeMillis() + silenceMs;
                }
            }
        }
        return Map.of("values", values);
    }

    /** Copies record by record in transactions with the offsets; each third transaction is aborted and done again. */
    Object copy(JsonNode request) throws Exception {
        int left = request.get("count").asInt();
        int rounds = 0;
        int aborted = 0;
        try (Producer<byte[], byte[]> producer = producer(request.get("transactionalId").asText(), 60_000);
             Consumer<byte[], byte[]> consumer = consumer(request.get("group").asText(), "read_committed")) {
            producer.initTransactions();
            consumer.subscribe(List.of(request.get("topic").asText()));
            while (left > 0) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                if (records.isEmpty()) continue;
                producer.beginTransaction();
                Map<TopicPartition, Long> firsts = new HashMap<>();
                List<Future<?>> sent = new ArrayList<>();
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    firsts.putIfAbsent(new TopicPartition(record.topic(), record.partition()), record.offset());
                    sent.add(producer.send(new ProducerRecord<>(request.get("into").asText(), record.partition(), null, record.value())));
                }
                producer.sendOffsetsToTransaction(records.nextOffsets(), consumer.groupMetadata());
                if (rounds++ % 3 == 1) {
                    // What the abort finds unsent is dropped: wait, so that there is something to hide.
                    for (Future<?> one : sent) one.get();
                    producer.abortTransaction();
                    firsts.forEach(consumer::seek);
                    aborted++;
                } else {
                    producer.commitTransaction();
                    left -= records.count();
                }
            }
        }
        return Map.of("aborted", aborted);
    }
}
