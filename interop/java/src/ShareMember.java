package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a share group in a thread of its own: it acknowledges what it polled, and notes what the broker said to that. */
final class ShareMember {
    private final String name;
    private final String topic;
    private final long pauseMs;
    private final Map<String, Object> settings;
    private final Thread thread = new Thread(this::run, "share member");
    private volatile boolean leaving;

    ShareMember(String bootstrap, String name, JsonNode wanted) {
        this.name = name;
        topic = wanted.get("topic").asText();
        pauseMs = wanted.get("pauseMs").asLong();
        settings = Map.of(
            "bootstrap.servers", bootstrap,
            "group.id", wanted.get("group").asText(),
            "key.deserializer", ByteArrayDeserializer.class,
            "value.deserializer", ByteArrayDeserializer.class,
            "share.acknowledgement.mode", "explicit",
            "share.acquire.mode", "record_limit",
            "max.poll.records", wanted.get("batch").asText(),
            "reconnect.backoff.max.ms", "200");
        thread.start();
    }

    void leave() {
        leaving = true;
    }

    void join() throws InterruptedException {
        thread.join();
    }

    private void run() {
        try {
            try (var consumer = new KafkaShareConsumer<byte[], byte[]>(settings)) {
                consumer.subscribe(List.of(topic));
                while (!leaving) takeSome(consumer);
            } catch (Exception failed) {
                note("failed", Contract.faultOf(failed));
            }
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void takeSome(KafkaShareConsumer<byte[], byte[]> consumer) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
        for (var record : consumer.poll(Duration.ofMillis(200))) taken.add(record);
        if (taken.isEmpty()) return;
        note("took", taken.stream().map(record -> List.of(place(record), timesOf(record))).toList());
        Thread.sleep(pauseMs);
        for (var record : taken) consumer.acknowledge(record, fateOf(record));
        Map<Integer, Integer> codes = new HashMap<>();
        consumer.commitSync().forEach((partition, failed) ->
            codes.put(partition.partition(), failed.map(error -> (int) Contract.faultOf(error).get("code")).orElse(0)));
        note("acked", taken.stream()
            .map(record -> List.of(place(record), fateOf(record).toString(), codes.getOrDefault(record.partition(), -1)))
            .toList());
    }

    private static AcknowledgeType fateOf(ConsumerRecord<byte[], byte[]> record) {
        if (record.offset() % 50 == 7) return AcknowledgeType.REJECT;
        return timesOf(record) == 1 && record.offset() % 10 == 3 ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT;
    }

    private static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.partition() + "-" + record.offset();
    }

    private static int timesOf(ConsumerRecord<byte[], byte[]> record) {
        return record.deliveryCount().map(Short::intValue).orElse(0);
    }

    private void note(String what, Object which) throws Exception {
        Contract.write(Map.of("share", Map.of("member", name, "atMs", System.currentTimeMillis(), what, which)));
    }
}
