package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A consumer in a group, polling in a thread of its own, which notes what becomes of it. */
final class GroupMember implements ConsumerRebalanceListener {
    private static final Map<String, String> ASSIGNORS = Map.of(
        "range", "org.apache.kafka.clients.consumer.RangeAssignor",
        "roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor",
        "sticky", "org.apache.kafka.clients.consumer.StickyAssignor",
        "cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");

    private final JsonNode wanted;
    private final Consumer<byte[], byte[]> consumer;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private final Set<TopicPartition> assigned = new HashSet<>();
    private List<List<Object>> events = new ArrayList<>();
    private Map<String, Object> fault;
    private volatile boolean leaving;
    private long sleepMs;

    GroupMember(String bootstrap, JsonNode wanted) {
        this.wanted = wanted;
        consumer = new KafkaConsumer<>(settings(bootstrap, wanted), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        thread = new Thread(this::run, "member");
        thread.start();
    }

    static Map<String, Object> settings(String bootstrap, JsonNode wanted) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", wanted.get("group").asText());
        settings.put("auto.offset.reset", wanted.path("reset").asText("earliest"));
        settings.put("enable.auto.commit", wanted.path("commit").asText("sync").equals("auto"));
        settings.put("auto.commit.interval.ms", 500);
        settings.put("fetch.max.wait.ms", 100);
        settings.put("metadata.max.age.ms", 2000);
        settings.put("allow.auto.create.topics", false);
        if (wanted.hasNonNull("instanceId")) settings.put("group.instance.id", wanted.get("instanceId").asText());
        if (wanted.path("protocol").asText("classic").equals("consumer")) {
            settings.put("group.protocol", "consumer");
            if (wanted.hasNonNull("assignor")) settings.put("group.remote.assignor", wanted.get("assignor").asText());
        } else {
            settings.put("heartbeat.interval.ms", 500);
            settings.put("session.timeout.ms", wanted.path("sessionTimeoutMs").asInt(10_000));
            String assignor = wanted.path("assignor").asText("range");
            List<String> names = new ArrayList<>();
            for (String name : assignor.split(",")) names.add(ASSIGNORS.getOrDefault(name, name));
            settings.put("partition.assignment.strategy", names);
        }
        wanted.path("settings").fields().forEachRemaining(setting -> settings.put(setting.getKey(), setting.getValue().asText()));
        return settings;
    }

    private void run() {
        try {
            if (wanted.hasNonNull("re2")) consumer.subscribe(new SubscriptionPattern(wanted.get("re2").asText()), this);
            else if (wanted.hasNonNull("pattern")) consumer.subscribe(Pattern.compile(wanted.get("pattern").asText()), this);
            else consumer.subscribe(texts(wanted.get("topics")), this);
            while (!leaving) {
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) task.run();
                if (sleepMs > 0) Thread.sleep(sleepMs);
                sleepMs = 0;
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                if (!records.isEmpty()) see(records);
            }
        } catch (Throwable thrown) {
            synchronized (this) {
                fault = Contract.faultOf(thrown);
            }
        } finally {
            try {
                consumer.close();
            } catch (Throwable thrown) {
                note("failed", thrown.getClass().getSimpleName(), String.valueOf(thrown.getMessage()));
            }
            ended.complete(null);
        }
    }

    private void see(ConsumerRecords<byte[], byte[]> records) {
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            note("took", record.topic() + "-" + record.partition(), record.offset(), Integer.parseInt(new String(record.value())));
            positions.put(new TopicPartition(record.topic(), record.partition()),
                new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), wanted.path("metadata").asText("")));
        }
        switch (wanted.path("commit").asText("sync")) {
            case "sync" -> {
                try {
                    consumer.commitSync(positions);
                    positions.forEach((partition, offset) -> note("committed", partition.toString(), offset.offset()));
                } catch (RuntimeException failed) {
                    noteFailed(failed);
                }
            }
            case "async" -> consumer.commitAsync(positions, (offsets, failed) -> {
                if (failed != null) noteFailed(failed);
                else offsets.forEach((partition, offset) -> note("committed", partition.toString(), offset.offset()));
            });
            default -> { }
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        synchronized (this) {
            assigned.addAll(partitions);
        }
        for (TopicPartition partition : partitions) note("assigned", partition.toString());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        gone("revoked", partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        gone("lost", partitions);
    }

    private void gone(String how, Collection<TopicPartition> partitions) {
        synchronized (this) {
            assigned.removeAll(partitions);
        }
        for (TopicPartition partition : partitions) note(how, partition.toString());
    }

    private void noteFailed(Exception failed) {
        Map<String, Object> said = Contract.faultOf(failed);
        note("failed", said.get("type"), said.get("code"), said.get("message"));
    }

    private synchronized void note(Object... what) {
        List<Object> event = new ArrayList<>();
        event.add(System.currentTimeMillis());
        event.addAll(List.of(what));
        events.add(event);
    }

    synchronized Object look() {
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("assigned", assigned.stream().map(TopicPartition::toString).sorted().toList());
        seen.put("events", events);
        if (fault != null) seen.put("fault", fault);
        events = new ArrayList<>();
        return seen;
    }

    Object leave() throws Exception {
        leaving = true;
        ended.get();
        thread.join();
        return look();
    }

    Object tell(JsonNode request) throws Exception {
        return inThread(() -> {
            TopicPartition partition = new TopicPartition(request.path("topic").asText(), request.path("partition").asInt());
            switch (request.get("what").asText()) {
                case "sleep" -> sleepMs = request.get("offset").asLong();
                case "enforceRebalance" -> consumer.enforceRebalance("it was to be tried");
                case "subscribe" -> consumer.subscribe(texts(request.get("topics")), this);
                case "unsubscribe" -> consumer.unsubscribe();
                case "metadata" -> note("is", consumer.groupMetadata().memberId(), consumer.groupMetadata().generationId());
                case "pause" -> consumer.pause(consumer.assignment());
                case "resume" -> consumer.resume(consumer.paused());
                case "seek" -> {
                    note("sought", partition.toString(), request.get("offset").asLong());
                    consumer.seek(partition, request.get("offset").asLong());
                }
                case "commit" -> {
                    OffsetAndMetadata offset = new OffsetAndMetadata(request.get("offset").asLong(), request.path("metadata").asText(""));
                    consumer.commitSync(Map.of(partition, offset));
                    note("recommitted", partition.toString(), offset.offset());
                }
                default -> throw new IllegalArgumentException("no such thing to tell: " + request.get("what"));
            }
            return Map.of();
        });
    }

    private <T> T inThread(Callable<T> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                done.complete(work.call());
            } catch (Throwable thrown) {
                done.completeExceptionally(thrown);
            }
        });
        ended.thenRun(() -> done.completeExceptionally(new IllegalStateException("the member has ended: " + fault)));
        return done.get();
    }

    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
