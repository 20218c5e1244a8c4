package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producing with the producer's defaults (idempotent, acks=all) and consuming assigned partitions. */
final class Records {
    private static final long SILENCE_MAX_MS = 50_000;
    private final String bootstrap;

    Records(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    static Producer<byte[], byte[]> producer(String bootstrap, Map<String, Object> more) {
        Map<String, Object> settings = new LinkedHashMap<>(more);
        settings.put("bootstrap.servers", bootstrap);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static Consumer<byte[], byte[]> consumer(String bootstrap) {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", bootstrap, "auto.offset.reset", "none", "enable.auto.commit", false, "fetch.max.wait.ms", 100);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Producer<byte[], byte[]> batching(JsonNode request) {
        return producer(bootstrap, Map.of(
            "compression.type", request.path("codec").asText("none"), "linger.ms", 20, "batch.size", 400_000));
    }

    Object write(JsonNode request) throws Exception {
        List<Long> offsets = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = batching(request)) {
            for (JsonNode batch : request.get("batches")) {
                List<Future<RecordMetadata>> sent = new ArrayList<>();
                for (JsonNode record : batch) sent.add(producer.send(recordOf(request, record)));
                for (Future<RecordMetadata> one : sent) offsets.add(one.get().offset());
            }
        }
        return Map.of("offsets", offsets);
    }

    private static ProducerRecord<byte[], byte[]> recordOf(JsonNode request, JsonNode spec) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
            request.get("topic").asText(), request.get("partition").asInt(), spec.get("timestamp").asLong(),
            Contract.bytesOf(spec.get("key")), Contract.bytesOf(spec.get("value")));
        for (JsonNode header : spec.get("headers")) {
            record.headers().add(header.get(0).asText(), Contract.bytesOf(header.get(1)));
        }
        return record;
    }

    /** Hands records to see until it returns false. */
    static void fetch(Consumer<byte[], byte[]> consumer, Predicate<ConsumerRecord<byte[], byte[]>> see) throws Exception {
        long until = System.currentTimeMillis() + SILENCE_MAX_MS;
        while (System.currentTimeMillis() < until) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                until = System.currentTimeMillis() + SILENCE_MAX_MS;
                if (!see.test(record)) return;
            }
        }
        throw new TimeoutException("no further record came within " + SILENCE_MAX_MS + " ms");
    }

    Object read(JsonNode request) throws Exception {
        TopicPartition partition = new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = consumer(bootstrap)) {
            consumer.assign(List.of(partition));
            JsonNode from = request.get("from");
            if (from.has("offset")) {
                consumer.seek(partition, from.get("offset").asLong());
            } else {
                consumer.seek(partition, consumer.offsetsForTimes(Map.of(partition, from.get("time").asLong())).get(partition).offset());
            }
            fetch(consumer, record -> {
                records.add(record);
                return records.size() < request.get("count").asInt();
            });
        }
        List<Object> seen = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) seen.add(seen(record));
        return Map.of("records", seen);
    }

    private static Map<String, Object> seen(ConsumerRecord<byte[], byte[]> record) throws Exception {
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("offset", record.offset());
        seen.put("timestamp", record.timestamp());
        seen.put("key", Contract.digest(record.key()));
        seen.put("value", Contract.digest(record.value()));
        List<Object> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            List<String> pair = new ArrayList<>();
            pair.add(header.key());
            pair.add(Contract.digest(header.value()));
            headers.add(pair);
        }
        seen.put("headers", headers);
        return seen;
    }

    Object offsets(JsonNode request) {
        TopicPartition partition = new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
        try (Consumer<byte[], byte[]> consumer = consumer(bootstrap)) {
            List<Long> byTime = new ArrayList<>();
            for (JsonNode time : request.get("times")) {
                OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, time.asLong())).get(partition);
                byTime.add(found == null ? -1 : found.offset());
            }
            return Map.of(
                "earliest", consumer.beginningOffsets(List.of(partition)).get(partition),
                "latest", consumer.endOffsets(List.of(partition)).get(partition),
                "byTime", byTime);
        }
    }

    Object flood(JsonNode request) throws Exception {
        int partitions = request.get("partitions").asInt();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = batching(request)) {
            int first = request.path("first").asInt();
            for (int i = first; i < first + request.get("count").asInt(); i++) {
                byte[] value = String.valueOf(i).getBytes(StandardCharsets.UTF_8);
                sent.add(producer.send(new ProducerRecord<>(request.get("topic").asText(), i % partitions, null, value)));
            }
            producer.flush();
        }
        for (Future<RecordMetadata> one : sent) one.get();
        return Map.of();
    }

    Object drain(JsonNode request) throws Exception {
        List<List<Integer>> values = new ArrayList<>();
        Collection<TopicPartition> partitions = IntStream.range(0, request.get("partitions").asInt())
            .mapToObj(partition -> new TopicPartition(request.get("topic").asText(), partition)).toList();
        partitions.forEach(partition -> values.add(new ArrayList<>()));
        AtomicInteger left = new AtomicInteger(request.get("count").asInt());
        try (Consumer<byte[], byte[]> consumer = consumer(bootstrap)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            fetch(consumer, record -> {
                values.get(record.partition()).add(Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8)));
                return left.decrementAndGet() > 0;
            });
        }
        return Map.of("values", values);
    }

    Object stream(JsonNode request) throws Exception {
        int chunk = request.get("chunk").asInt();
        int partitions = request.path("partitions").asInt(1);
        AtomicInteger acked = new AtomicInteger();
        AtomicReference<Exception> failed = new AtomicReference<>();
        try (Producer<byte[], byte[]> producer = producer(bootstrap, Map.of())) {
            for (int i = 0; i < request.get("count").asInt(); i++) {
                byte[] value = String.valueOf(i).getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(request.get("topic").asText(), i % partitions, null, value), (metadata, error) -> {
                    if (error != null) failed.compareAndSet(null, error);
                    else if (acked.incrementAndGet() % chunk == 0) Contract.progress(acked.get());
                });
                if ((i + 1) % chunk == 0) Thread.sleep(request.get("pauseMs").asLong());
            }
            producer.flush();
        }
        if (failed.get() != null) throw failed.get();
        return Map.of("acked", acked.get());
    }
}
