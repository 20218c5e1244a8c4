package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Readers by the names that the runner gave them, each of which goes on to where all its partitions end at one time. */
final class Snapshots {
    private static final Duration POLL = Duration.ofMillis(100);
    private final String bootstrap;
    private final Map<String, Consumer<String, String>> readers = new HashMap<>();

    Snapshots(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    Object snapshot(JsonNode request) {
        Consumer<String, String> reader = readers.computeIfAbsent(request.get("reader").asText(), name -> open(request));
        Map<TopicPartition, Long> ends = reader.endOffsets(reader.assignment());
        List<List<Object>> records = new ArrayList<>();
        while (ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<String, String> record : reader.poll(POLL))
                records.add(Arrays.asList(record.topic(), record.partition(), record.offset(), record.key(), record.value()));
        }
        List<List<Object>> answered = new ArrayList<>();
        ends.forEach((place, end) -> answered.add(List.of(place.topic(), place.partition(), end)));
        return Map.of("ends", answered, "records", records);
    }

    private Consumer<String, String> open(JsonNode request) {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", bootstrap, "isolation.level", request.get("isolation").asText(), "auto.offset.reset", "none",
            "fetch.max.wait.ms", 50, "reconnect.backoff.max.ms", 200);
        Consumer<String, String> reader = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        List<TopicPartition> places = new ArrayList<>();
        for (JsonNode topic : request.get("topics"))
            for (int partition = 0; partition < topic.get(1).asInt(); partition++)
                places.add(new TopicPartition(topic.get(0).asText(), partition));
        reader.assign(places);
        reader.seekToBeginning(places);
        return reader;
    }
}
