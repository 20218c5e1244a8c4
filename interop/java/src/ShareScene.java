package dev.sluice.interop;

import static dev.sluice.interop.Contract.expect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A topic of its own, and a share group that reads it from the start. */
final class ShareScene {
    static final long PATIENCE_MS = 30_000;
    private static final long SILENCE_MS = 1_500;
    private static final AtomicInteger scenes = new AtomicInteger();

    final String topic = "shares-" + scenes.incrementAndGet();
    final String group = topic + ".group";
    private final String bootstrap;

    ShareScene(String bootstrap, int count, Map<String, String> groupSettings) throws Exception {
        this.bootstrap = bootstrap;
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
        write(count, "value ", Map.of(), null);
    }

    /** In one batch, unless the settings say otherwise. */
    void write(int count, String prefix, Map<String, Object> more, Long timestamp) {
        Map<String, Object> settings = new HashMap<>(producing());
        settings.putAll(more);
        try (var producer = new KafkaProducer<String, String>(settings)) {
            for (int i = 0; i < count; i++) producer.send(new ProducerRecord<>(topic, 0, timestamp, null, prefix + i));
        }
    }

    Map<String, Object> producing() {
        return Map.of(
            "bootstrap.servers", bootstrap,
            "key.serializer", StringSerializer.class,
            "value.serializer", StringSerializer.class);
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
        return consumerOf(StringDeserializer.class, more);
    }

    <V> KafkaShareConsumer<String, V> consumerOf(Class<? extends Deserializer<V>> values, Map<String, String> more) {
        Map<String, Object> settings = new HashMap<>(Map.of(
            "bootstrap.servers", bootstrap,
            "group.id", group,
            "key.deserializer", StringDeserializer.class,
            "value.deserializer", values));
        settings.putAll(more);
        var consumer = new KafkaShareConsumer<String, V>(settings);
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

    List<ConsumerRecord<String, String>> poll(KafkaShareConsumer<String, String> consumer, int count, long ms) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        for (long end = now() + ms; records.size() < count && now() < end; ) {
            for (var record : consumer.poll(Duration.ofMillis(200))) records.add(record);
        }
        return records;
    }

    static int timesOf(ConsumerRecord<String, String> record) {
        return record.deliveryCount().map(Short::intValue).orElse(0);
    }

    static void expectWritten(KafkaShareConsumer<?, ?> consumer) {
        consumer.commitSync().forEach((place, fault) -> expect("what became of " + place, fault, Optional.empty()));
    }

    static long now() {
        return System.currentTimeMillis();
    }
}
