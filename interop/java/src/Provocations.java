package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Mistakes, and the exceptions that they end in. */
final class Provocations {
    private Provocations() {}

    static Object provoke(String bootstrap, JsonNode request) {
        try {
            if (request.has("group")) attemptOnGroup(bootstrap, request);
            else attempt(bootstrap, request.get("kind").asText(), request.get("topic").asText());
        } catch (Exception thrown) {
            return Contract.faultOf(thrown);
        }
        throw new AssertionError("nothing went wrong");
    }

    private static void attempt(String bootstrap, String kind, String topic) throws Exception {
        switch (kind) {
            case "unknownTopic" -> produce(bootstrap, topic, 0, 1);
            case "tooLarge" -> produce(bootstrap, topic, 0, 50_000);
            case "badPartition" -> produce(bootstrap, topic, 99, 1);
            case "badConfig" -> create(bootstrap, new NewTopic(topic, 1, (short) 1).configs(Map.of("retention.ms", "word")));
            case "unknownConfig" -> create(bootstrap, new NewTopic(topic, 1, (short) 1).configs(Map.of("no.such.config", "word")));
            case "badName", "topicExists" -> create(bootstrap, new NewTopic(topic, 1, (short) 1));
            case "badReplication" -> create(bootstrap, new NewTopic(topic, 1, (short) 3));
            case "badPartitionCount" -> create(bootstrap, new NewTopic(topic, 0, (short) 1));
            case "outOfRange" -> {
                TopicPartition partition = new TopicPartition(topic, 0);
                try (Consumer<byte[], byte[]> consumer = Records.consumer(bootstrap)) {
                    consumer.assign(List.of(partition));
                    consumer.seek(partition, 1_000_000);
                    Records.fetch(consumer, record -> false);
                }
            }
            default -> throw new IllegalArgumentException("no such kind: " + kind);
        }
    }

    private static void attemptOnGroup(String bootstrap, JsonNode request) throws Exception {
        TopicPartition partition = new TopicPartition(request.get("topic").asText(), 0);
        String group = request.get("group").asText();
        switch (request.get("kind").asText()) {
            case "commitAsStranger", "commitUnknownTopic" -> commit(bootstrap, group, partition, "");
            case "longMetadata" -> commit(bootstrap, group, partition, "x".repeat(5000));
            case "deleteGroup" -> {
                try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                    admin.deleteConsumerGroups(List.of(group)).all().get();
                }
            }
            default -> throw new IllegalArgumentException("no such kind: " + request.get("kind"));
        }
    }

    /** Without a subscription a consumer commits as one that is no member. */
    private static void commit(String bootstrap, String group, TopicPartition partition, String metadata) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "group.id", group, "enable.auto.commit", false, "default.api.timeout.ms", 3000);
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(1, metadata)));
        }
    }

    private static void produce(String bootstrap, String topic, int partition, int sizeBytes) throws Exception {
        try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of("max.block.ms", 3000))) {
            producer.send(new ProducerRecord<>(topic, partition, null, new byte[sizeBytes])).get();
        }
    }

    private static void create(String bootstrap, NewTopic topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(topic)).all().get();
        }
    }
}
