package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Members of a share group that work until all records of a topic are accepted, whatever the broker goes through. */
final class ShareWork {
    private final String bootstrap;

    ShareWork(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    Object work(JsonNode request) throws Exception {
        String topic = request.get("topic").asText();
        String group = request.get("group").asText();
        int count = request.get("count").asInt();
        long endMs = System.currentTimeMillis() + request.get("patienceMs").asLong();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            var change = new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), OpType.SET);
            var resource = new ConfigResource(ConfigResource.Type.GROUP, group);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
        }
        Work work = new Work(topic, group, count, request.get("pauseMs").asLong(), endMs);
        List<Thread> members = new ArrayList<>();
        for (int i = 0; i < request.get("members").asInt(); i++) {
            Thread member = new Thread(() -> work.take(), "member " + i);
            members.add(member);
            member.start();
        }
        for (Thread member : members) member.join();
        return Map.of("accepted", List.copyOf(work.accepted), "again", List.copyOf(work.again), "redelivered", work.redelivered.size());
    }

    private final class Work {
        private final String topic;
        private final String group;
        private final int count;
        /** Of each member after what it has polled: so long its work takes. */
        private final long pauseMs;
        private final long endMs;
        /** Acknowledged by the broker: `partition-offset`. */
        final Set<String> accepted = ConcurrentHashMap.newKeySet();
        /** Of those, what came again. */
        final Queue<String> again = new ConcurrentLinkedQueue<>();
        final Set<String> redelivered = ConcurrentHashMap.newKeySet();

        Work(String topic, String group, int count, long pauseMs, long endMs) {
            this.topic = topic;
            this.group = group;
            this.count = count;
            this.pauseMs = pauseMs;
            this.endMs = endMs;
        }

        void take() {
            Map<String, Object> settings = Map.of(
                "bootstrap.servers", bootstrap,
                "group.id", group,
                "key.deserializer", StringDeserializer.class,
                "value.deserializer", StringDeserializer.class,
                "share.acknowledgement.mode", "explicit",
                "share.acquire.mode", "record_limit",
                "max.poll.records", "20",
                "reconnect.backoff.max.ms", "200");
            try (var consumer = new KafkaShareConsumer<String, String>(settings)) {
                consumer.subscribe(List.of(topic));
                while (accepted.size() < count && System.currentTimeMillis() < endMs) takeSome(consumer);
            }
        }

        private void takeSome(KafkaShareConsumer<String, String> consumer) {
            List<ConsumerRecord<String, String>> taken = new ArrayList<>();
            for (var record : consumer.poll(Duration.ofMillis(200))) {
                String place = record.partition() + "-" + record.offset();
                int times = record.deliveryCount().map(Short::intValue).orElse(0);
                if (times > 1) redelivered.add(place);
                if (accepted.contains(place)) again.add(place);
                // Some come a second time, none a third.
                boolean isLetGo = times == 1 && record.offset() % 10 == 3;
                consumer.acknowledge(record, isLetGo ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT);
                if (!isLetGo) taken.add(record);
            }
            try {
                Thread.sleep(pauseMs);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            Map<TopicIdPartition, Optional<KafkaException>> outcome = consumer.commitSync();
            for (var record : taken) {
                boolean isWritten = outcome.entrySet().stream()
                    .anyMatch(entry -> entry.getKey().partition() == record.partition() && entry.getValue().isEmpty());
                if (isWritten) accepted.add(record.partition() + "-" + record.offset());
            }
        }
    }
}
