package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The members of groups that this program runs, by the names that the runner gave them. */
final class Groups {
    private final String bootstrap;
    private final Map<String, GroupMember> members = new ConcurrentHashMap<>();

    Groups(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    Object join(JsonNode request) {
        members.put(request.get("member").asText(), new GroupMember(bootstrap, request));
        return Map.of();
    }

    Object look(JsonNode request) {
        return member(request).look();
    }

    Object tell(JsonNode request) throws Exception {
        return member(request).tell(request);
    }

    Object leave(JsonNode request) throws Exception {
        Object seen = member(request).leave();
        members.remove(request.get("member").asText());
        return seen;
    }

    private GroupMember member(JsonNode request) {
        GroupMember member = members.get(request.get("member").asText());
        if (member == null) throw new IllegalArgumentException("no such member: " + request.get("member"));
        return member;
    }

    Object committed(JsonNode request) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "group.id", request.get("group").asText(), "enable.auto.commit", false);
        String topic = request.get("topic").asText();
        Set<TopicPartition> partitions = new HashSet<>();
        int count = request.get("partitions").asInt();
        for (int partition = 0; partition < count; partition++) partitions.add(new TopicPartition(topic, partition));
        List<Long> offsets = new ArrayList<>();
        List<String> metadata = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<TopicPartition, OffsetAndMetadata> found = consumer.committed(partitions);
            for (int partition = 0; partition < count; partition++) {
                OffsetAndMetadata one = found.get(new TopicPartition(topic, partition));
                offsets.add(one == null ? -1 : one.offset());
                metadata.add(one == null ? "" : one.metadata());
            }
        }
        return Map.of("offsets", offsets, "metadata", metadata);
    }
}
