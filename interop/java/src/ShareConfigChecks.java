package dev.sluice.interop;

import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectTrue;
import static dev.sluice.interop.ShareScene.PATIENCE_MS;
import static dev.sluice.interop.ShareScene.expectWritten;
import static dev.sluice.interop.ShareScene.now;
import static dev.sluice.interop.ShareScene.timesOf;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.IntegerDeserializer;

/** The settings of Kafka's share consumer that a broker has to do with, and what else may happen to its polls. */
final class ShareConfigChecks {
    private static final Map<String, String> EXPLICIT = Map.of("share.acknowledgement.mode", "explicit");
    private static final Map<String, Object> ONE_BY_ONE = Map.of("batch.size", "0", "linger.ms", "0");

    private final String bootstrap;
    private final Contract.Checks checks;

    ShareConfigChecks(String bootstrap, Contract.Checks checks) {
        this.bootstrap = bootstrap;
        this.checks = checks;
    }

    void run() {
        checks.run("fetch.min.bytes: a fetch waits until there is enough", this::minBytes);
        checks.run("fetch.max.wait.ms: and no longer than that", this::maxWait);
        checks.run("fetch.max.bytes: no more at once", this::maxBytes);
        checks.run("share.acquire.mode: whole batches, or what was asked for", this::acquireModes);
        checks.run("client.rack and client.id", this::names);
        checks.run("share.auto.offset.reset by duration", this::byDuration);
        checks.run("a poll that is woken", this::wakeup);
        checks.run("what is given back when it unsubscribes", this::unsubscribe);
        checks.run("a record that cannot be deserialized is rejected", this::undeserialized);
    }

    private void minBytes() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 3, Map.of());
        try (var consumer = scene.consumer(Map.of("fetch.min.bytes", "20000", "fetch.max.wait.ms", "20000"))) {
            expect("records of too few bytes", scene.rest(consumer).size(), 0);
            scene.write(3, "x".repeat(10_000), ONE_BY_ONE, null);
            expect("records", scene.take(consumer, 6).size(), 6);
        }
    }

    private void maxWait() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 3, Map.of());
        try (var consumer = scene.consumer(Map.of("fetch.min.bytes", "20000", "fetch.max.wait.ms", "300"))) {
            expect("records", scene.take(consumer, 3).size(), 3);
        }
    }

    private void maxBytes() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 0, Map.of());
        scene.write(20, "x".repeat(1_000), ONE_BY_ONE, null);
        try (var consumer = scene.consumer(Map.of("fetch.max.bytes", "3500"))) {
            int count = 0;
            for (long end = now() + PATIENCE_MS; count < 20 && now() < end; ) {
                int polled = consumer.poll(Duration.ofMillis(200)).count();
                expectTrue("a poll of " + polled, polled <= 3);
                count += polled;
            }
            expect("records", count, 20);
        }
    }

    private void acquireModes() throws Exception {
        for (String mode : List.of("batch_optimized", "record_limit")) {
            ShareScene scene = new ShareScene(bootstrap, 0, Map.of());
            scene.write(20, "value ", Map.of("linger.ms", "1000"), null);
            Map<String, String> settings = Map.of(
                "share.acquire.mode", mode, "max.poll.records", "5", "share.acknowledgement.mode", "explicit");
            try (var one = scene.consumer(settings); var other = scene.consumer(EXPLICIT)) {
                int polled = 0;
                for (long end = now() + PATIENCE_MS; polled == 0 && now() < end; ) polled = one.poll(Duration.ofMillis(200)).count();
                expectTrue("a poll of " + polled, polled > 0);
                boolean isLimited = mode.equals("record_limit");
                int left = isLimited ? scene.take(other, 15).size() : scene.rest(other).size();
                expect(mode + ": left for others", left, isLimited ? 15 : 0);
            }
        }
    }

    private void names() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 3, Map.of());
        try (var consumer = scene.consumer(Map.of("client.rack", "rack-1", "client.id", "named"));
            Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            expect("records", scene.take(consumer, 3).size(), 3);
            var members = admin.describeShareGroups(List.of(scene.group)).describedGroups().get(scene.group).get().members();
            expect("clients", members.stream().map(member -> member.clientId()).toList(), List.of("named"));
        }
    }

    private void byDuration() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 0, Map.of("share.auto.offset.reset", "by_duration:PT1H"));
        scene.write(3, "old ", ONE_BY_ONE, now() - 2 * 3_600_000);
        scene.write(2, "young ", ONE_BY_ONE, now() - 60_000);
        try (var consumer = scene.consumer(Map.of())) {
            var records = scene.take(consumer, 2);
            records.addAll(scene.rest(consumer));
            Set<String> values = records.stream().map(record -> record.value()).collect(Collectors.toSet());
            expect("values", values, Set.of("young 0", "young 1"));
        }
    }

    private void wakeup() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 4, Map.of());
        try (var consumer = scene.consumer(Map.of())) {
            consumer.wakeup();
            boolean isWoken = false;
            try {
                consumer.poll(Duration.ofMillis(PATIENCE_MS));
            } catch (WakeupException expected) {
                isWoken = true;
            }
            expectTrue("it is woken", isWoken);
            expect("records", scene.take(consumer, 4).size(), 4);
            consumer.poll(Duration.ZERO);
            scene.expectNothingLeft();
        }
    }

    private void unsubscribe() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 5, Map.of());
        try (var one = scene.consumer(EXPLICIT); var other = scene.consumer(EXPLICIT)) {
            expect("records", scene.take(one, 5).size(), 5);
            one.unsubscribe();
            var again = scene.take(other, 5);
            expect("again", again.size(), 5);
            expectTrue("for the second time", again.stream().allMatch(record -> timesOf(record) == 2));
        }
    }

    private void undeserialized() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 0, Map.of());
        scene.write(1, "no number ", ONE_BY_ONE, null);
        scene.write(1, "abc", ONE_BY_ONE, null);
        try (KafkaShareConsumer<String, Integer> consumer = scene.consumerOf(IntegerDeserializer.class, EXPLICIT)) {
            boolean isRefused = false;
            int count = 0;
            for (long end = now() + PATIENCE_MS; !(isRefused && count > 0) && now() < end; ) {
                try {
                    for (var record : consumer.poll(Duration.ofMillis(200))) {
                        consumer.acknowledge(record);
                        count++;
                    }
                } catch (RecordDeserializationException failed) {
                    var place = failed.topicPartition();
                    consumer.acknowledge(place.topic(), place.partition(), failed.offset(), AcknowledgeType.REJECT);
                    isRefused = true;
                }
            }
            expectTrue("one is refused", isRefused);
            expect("and one is a number", count, 1);
            expectWritten(consumer);
            scene.expectNothingLeft();
        }
    }
}
