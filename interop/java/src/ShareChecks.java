package dev.sluice.interop;

import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectTrue;
import static dev.sluice.interop.ShareScene.PATIENCE_MS;
import static dev.sluice.interop.ShareScene.expectWritten;
import static dev.sluice.interop.ShareScene.now;
import static dev.sluice.interop.ShareScene.timesOf;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidRecordStateException;

/** Kafka's own share consumer, in each of its ways. */
final class ShareChecks {
    private final String bootstrap;
    private final Contract.Checks checks = new Contract.Checks();

    ShareChecks(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    List<Map<String, String>> run() {
        checks.run("what is polled is accepted with the next poll", this::implicit);
        checks.run("accept, release, reject", this::explicit);
        checks.run("locks are renewed", this::renew);
        checks.run("never more than the record limit", this::recordLimit);
        checks.run("a closed consumer gives back what it has not accepted", this::closing);
        checks.run("after the last delivery a record is gone", this::deliveryLimit);
        checks.run("only committed records", this::committed);
        checks.run("a group that begins at the end", this::latest);
        checks.run("members share a partition", this::members);
        checks.run("commits without waiting, and what the callback hears", this::asynchronous);
        checks.run("a lock that ends", this::lockEnds);
        checks.run("locks are not renewed where the group forbids it", this::notRenewed);
        new ShareConfigChecks(bootstrap, checks).run();
        return checks.rows;
    }

    private void implicit() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 100, Map.of());
        try (var consumer = scene.consumer(Map.of())) {
            var records = scene.take(consumer, 100);
            expect("records", records.size(), 100);
            expectTrue("each for the first time", records.stream().allMatch(record -> timesOf(record) == 1));
            consumer.poll(Duration.ZERO);
            scene.expectNothingLeft();
        }
    }

    private void explicit() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 90, Map.of());
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            AcknowledgeType[] types = {AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT};
            for (var record : scene.take(consumer, 90)) consumer.acknowledge(record, types[(int) (record.offset() % 3)]);
            expectWritten(consumer);
            var again = scene.take(consumer, 30);
            expect("released records", again.size(), 30);
            for (var record : again) {
                expect("which", record.offset() % 3, 1L);
                expect("how often", timesOf(record), 2);
                consumer.acknowledge(record);
            }
            expectWritten(consumer);
            scene.expectNothingLeft();
        }
    }

    private void renew() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 10, Map.of());
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            for (var record : scene.take(consumer, 10)) consumer.acknowledge(record, AcknowledgeType.RENEW);
            expectWritten(consumer);
            // The consumer shows them once more.
            for (var record : scene.take(consumer, 10)) consumer.acknowledge(record);
            expectWritten(consumer);
            scene.expectNothingLeft();
        }
    }

    private void recordLimit() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 50, Map.of());
        Map<String, String> settings = Map.of("share.acquire.mode", "record_limit", "max.poll.records", "7");
        try (var consumer = scene.consumer(settings)) {
            int count = 0;
            for (long end = now() + PATIENCE_MS; count < 50 && now() < end; ) {
                int polled = consumer.poll(Duration.ofMillis(200)).count();
                expectTrue("a poll of " + polled, polled <= 7);
                count += polled;
            }
            expect("records", count, 50);
        }
    }

    private void closing() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 20, Map.of());
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            var records = scene.take(consumer, 20);
            for (var record : records.subList(0, 5)) consumer.acknowledge(record);
            expectWritten(consumer);
        }
        try (var consumer = scene.consumer(Map.of())) {
            var again = scene.take(consumer, 15);
            expect("records", again.size(), 15);
            expectTrue("again", again.stream().allMatch(record -> record.offset() >= 5 && timesOf(record) == 2));
        }
    }

    private void deliveryLimit() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 1, Map.of("share.delivery.count.limit", "3"));
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            for (int times = 1; times <= 3; times++) {
                var records = scene.take(consumer, 1);
                expect("delivery " + times, records.size(), 1);
                expect("how often", timesOf(records.get(0)), times);
                consumer.acknowledge(records.get(0), AcknowledgeType.RELEASE);
                expectWritten(consumer);
            }
            scene.expectNothingLeft();
        }
    }

    private void committed() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 0, Map.of("share.isolation.level", "read_committed"));
        Map<String, Object> settings = new HashMap<>(scene.producing());
        settings.put("transactional.id", "of-" + scene.topic);
        try (var producer = new KafkaProducer<String, String>(settings)) {
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                for (int j = 0; j < 5; j++) producer.send(new ProducerRecord<>(scene.topic, i % 2 == 0 ? "good" : "bad"));
                producer.flush();
                if (i % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
        }
        try (var consumer = scene.consumer(Map.of())) {
            var records = scene.take(consumer, 15);
            records.addAll(scene.rest(consumer));
            Set<String> values = records.stream().map(ConsumerRecord::value).collect(Collectors.toSet());
            expect("values", values, Set.of("good"));
            expect("records", records.size(), 15);
        }
    }

    private void latest() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 5, Map.of("share.auto.offset.reset", "latest"));
        try (var consumer = scene.consumer(Map.of())) {
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            // Where the group begins shows only in what it gets.
            for (long end = now() + PATIENCE_MS; records.isEmpty() && now() < end; ) {
                scene.write(1);
                records.addAll(scene.poll(consumer, 1, 200));
            }
            expectTrue("it gets what is new", !records.isEmpty());
            expectTrue("and nothing older", records.stream().allMatch(record -> record.offset() >= 5));
        }
    }

    private void members() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 200, Map.of());
        Map<String, String> settings = Map.of("share.acquire.mode", "record_limit", "max.poll.records", "10");
        try (var one = scene.consumer(settings); var other = scene.consumer(settings)) {
            List<Long> offsets = new ArrayList<>();
            int[] counts = {0, 0};
            for (long end = now() + PATIENCE_MS; offsets.size() < 200 && now() < end; ) {
                int turn = 0;
                for (var consumer : List.of(one, other)) {
                    for (var record : consumer.poll(Duration.ofMillis(100))) {
                        offsets.add(record.offset());
                        counts[turn]++;
                    }
                    turn++;
                }
            }
            expect("records", offsets.size(), 200);
            expect("different ones", Set.copyOf(offsets).size(), 200);
            expectTrue("both have some: " + counts[0] + " and " + counts[1], counts[0] > 0 && counts[1] > 0);
        }
    }

    private void asynchronous() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 20, Map.of());
        Set<Long> heard = new HashSet<>();
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            consumer.setAcknowledgementCommitCallback((offsets, failed) -> {
                if (failed == null) offsets.values().forEach(heard::addAll);
            });
            for (var record : scene.take(consumer, 20)) {
                consumer.acknowledge(record, AcknowledgeType.ACCEPT);
            }
            expect("for how long", consumer.acquisitionLockTimeoutMs(), Optional.of(30_000));
            consumer.commitAsync();
            for (long end = now() + PATIENCE_MS; heard.size() < 20 && now() < end; ) consumer.poll(Duration.ofMillis(100));
            expect("heard of", heard.size(), 20);
            scene.expectNothingLeft();
        }
    }

    private void lockEnds() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 5, Map.of("share.record.lock.duration.ms", "1000"));
        Map<String, String> explicit = Map.of("share.acknowledgement.mode", "explicit");
        try (var one = scene.consumer(explicit); var other = scene.consumer(explicit)) {
            var held = scene.take(one, 5);
            expect("records", held.size(), 5);
            var again = scene.take(other, 5);
            expect("again", again.size(), 5);
            expectTrue("each for the second time", again.stream().allMatch(record -> timesOf(record) == 2));
            for (var record : held) one.acknowledge(record);
            one.commitSync().forEach((place, failed) ->
                expectTrue("late: " + failed, failed.orElse(null) instanceof InvalidRecordStateException));
            for (var record : again) other.acknowledge(record);
            expectWritten(other);
            scene.expectNothingLeft();
        }
    }

    private void notRenewed() throws Exception {
        ShareScene scene = new ShareScene(bootstrap, 3, Map.of("share.renew.acknowledge.enable", "false"));
        try (var consumer = scene.consumer(Map.of("share.acknowledgement.mode", "explicit"))) {
            for (var record : scene.take(consumer, 3)) consumer.acknowledge(record, AcknowledgeType.RENEW);
            consumer.commitSync().forEach((place, failed) ->
                expectTrue("refused: " + failed, failed.orElse(null) instanceof InvalidRecordStateException));
        }
    }
}
