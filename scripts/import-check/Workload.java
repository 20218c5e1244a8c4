import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.*;

/**
 * What the check of `sluice import` does with Kafka's own client:
 * `fill` makes topics, records, transactions and commits; `live` keeps producers that outlive the broker; `facts` prints
 * all that clients can see, a line each.
 */
public class Workload {
  static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
  /** The first record's timestamp: recent, as producers expire by what they sent last. */
  static long START_MS;
  static String bootstrap;

  public static void main(String[] args) throws Exception {
    bootstrap = args[1];
    START_MS = Long.parseLong(args[2]);
    try {
      switch (args[0]) {
        case "fill" -> fill();
        case "live" -> live();
        case "facts" -> facts();
        default -> throw new IllegalArgumentException(args[0]);
      }
    } catch (Throwable error) {
      error.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  static Properties properties(Object... pairs) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    for (int i = 0; i < pairs.length; i += 2) properties.put(pairs[i], pairs[i + 1]);
    return properties;
  }

  static KafkaProducer<String, String> producer(Object... pairs) {
    return new KafkaProducer<>(properties(pairs), new StringSerializer(), new StringSerializer());
  }

  static KafkaConsumer<byte[], byte[]> consumer(Object... pairs) {
    return new KafkaConsumer<>(properties(pairs), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  // fill

  static void fill() throws Exception {
    try (Admin admin = Admin.create(properties())) {
      List<NewTopic> topics = new ArrayList<>();
      for (String codec : CODECS) topics.add(new NewTopic("codec-" + codec, 3, (short) 1));
      topics.add(topic("rolled", 2, "segment.bytes", "1048576", "retention.ms", "-1"));
      topics.add(topic("append.time", 1, "message.timestamp.type", "LogAppendTime"));
      topics.add(topic("compacted", 1, "cleanup.policy", "compact", "segment.bytes", "1048576", "segment.ms", "500",
          "min.cleanable.dirty.ratio", "0.01"));
      topics.add(new NewTopic("ledger", 2, (short) 1));
      topics.add(new NewTopic("live", 1, (short) 1));
      topics.add(new NewTopic("kcat", 2, (short) 1));
      topics.add(new NewTopic("empty", 4, (short) 1));
      topics.add(topic("trimmed", 1, "segment.bytes", "1048576"));
      topics.add(new NewTopic("deleted", 2, (short) 1));
      admin.createTopics(topics).all().get();
      // A record that comes before its new partition has a leader may be overtaken by the next.
      try (var producer = producer("enable.idempotence", "false")) {
        for (NewTopic topic : topics) {
          for (int i = 0; i < topic.numPartitions() && !topic.name().equals("empty") && !topic.name().equals("live"); i++) producer.send(record(topic.name(), i, i + 1)).get();
        }
      }
      produce();
      admin.deleteRecords(Map.of(new TopicPartition("trimmed", 0), RecordsToDelete.beforeOffset(33))).all().get();
      admin.deleteTopics(List.of("deleted")).all().get();
      groups(admin);
      configure(admin, ConfigResource.Type.BROKER, "", "log.retention.ms", "-1");
      configure(admin, ConfigResource.Type.BROKER, "1", "max.connections", "5000");
      configure(admin, ConfigResource.Type.GROUP, "modern", "consumer.session.timeout.ms", "47000");
      compacted();
      // So that neither broker compacts between the two looks.
      configure(admin, ConfigResource.Type.TOPIC, "compacted", "min.compaction.lag.ms", "86400000");
    }
  }

  static NewTopic topic(String name, int partitions, String... configs) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < configs.length; i += 2) map.put(configs[i], configs[i + 1]);
    return new NewTopic(name, partitions, (short) 1).configs(map);
  }

  static void configure(Admin admin, ConfigResource.Type type, String name, String key, String value) throws Exception {
    AlterConfigOp op = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), List.of(op))).all().get();
  }

  static ProducerRecord<String, String> record(String topic, Integer partition, int i) {
    String key = i % 5 == 0 ? null : "key-" + i % 17;
    String value = i % 29 == 3 ? null : "value " + i + " " + "x".repeat(i % 211);
    var record = new ProducerRecord<>(topic, partition, START_MS + i * 1000L, key, value);
    if (i % 3 == 0) record.headers().add("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8)).add("none", null);
    return record;
  }

  static void produce() throws Exception {
    for (String codec : CODECS) {
      try (var producer = producer("compression.type", codec, "linger.ms", "5")) {
        for (int i = 0; i < 600; i++) producer.send(record("codec-" + codec, i % 3, i));
        for (int i = 0; i < 100; i++) producer.send(record("append.time", 0, i));
        for (int i = 0; i < 20; i++) producer.send(record("trimmed", 0, CODECS.indexOf(codec) * 20 + i));
      }
    }
    try (var producer = producer("enable.idempotence", "false", "acks", "1")) {
      for (int i = 0; i < 8000; i++) producer.send(new ProducerRecord<>("rolled", i % 2, START_MS + i, "k" + i, "y".repeat(500)));
      for (int i = 0; i < 10; i++) producer.send(record("deleted", i % 2, i));
    }
    try (var producer = producer("transactional.id", "ledger-1")) {
      producer.initTransactions();
      for (int txn = 0; txn < 6; txn++) {
        producer.beginTransaction();
        for (int i = 0; i < 10; i++) producer.send(record("ledger", i % 2, txn * 10 + i));
        if (txn % 3 == 1) producer.abortTransaction();
        else producer.commitTransaction();
      }
    }
  }

  /** Three values a key, and only some of them left when the cleaner has been there. */
  static void compacted() throws Exception {
    try (var producer = producer()) {
      for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 300; i++) producer.send(new ProducerRecord<>("compacted", 0, "key-" + i % 100, round == 5 && i % 7 == 0 ? null : "round " + round));
        producer.flush();
        Thread.sleep(600);
      }
    }
    for (int wait = 0; wait < 60 && count("compacted") > 700; wait++) Thread.sleep(500);
    if (count("compacted") > 700) throw new IllegalStateException("the cleaner did nothing");
    Thread.sleep(1500);
  }

  static int count(String topic) {
    try (var consumer = consumer()) {
      return read(consumer, new TopicPartition(topic, 0)).size();
    }
  }

  static void groups(Admin admin) throws Exception {
    for (String protocol : List.of("classic", "consumer")) {
      String group = protocol.equals("classic") ? "old-style" : "modern";
      try (var consumer = consumer("group.id", group, "group.protocol", protocol, "auto.offset.reset", "earliest",
          "enable.auto.commit", "false", "max.poll.records", "100")) {
        consumer.subscribe(List.of("codec-gzip", "rolled"));
        for (int polled = 0; polled < 300; ) polled += consumer.poll(Duration.ofMillis(500)).count();
        consumer.commitSync();
      }
    }
    var offset = new OffsetAndMetadata(7, Optional.of(0), "note: café");
    admin.alterConsumerGroupOffsets("by-hand", Map.of(new TopicPartition("ledger", 0), offset)).all().get();
    try (var consumer = consumer("group.id", "transactional", "auto.offset.reset", "earliest");
        var producer = producer("transactional.id", "offsets-1")) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(Map.of(new TopicPartition("ledger", 1), new OffsetAndMetadata(11)), consumer.groupMetadata());
      producer.commitTransaction();
    }
  }

  // live

  static void live() throws Exception {
    var idempotent = producer("delivery.timeout.ms", "110000", "request.timeout.ms", "5000", "max.block.ms", "100000");
    for (int i = 0; i < 25; i++) idempotent.send(new ProducerRecord<>("live", 0, "before", "" + i)).get();
    var open = producer("transactional.id", "left-open", "transaction.timeout.ms", "600000");
    open.initTransactions();
    open.beginTransaction();
    for (int i = 0; i < 5; i++) open.send(record("ledger", 0, i)).get();
    System.out.println("ready");
    new Scanner(System.in).nextLine();
    for (int i = 0; i < 25; i++) {
      long offset = idempotent.send(new ProducerRecord<>("live", 0, "after", "" + i)).get(110, TimeUnit.SECONDS).offset();
      System.out.println("live " + i + " " + offset);
    }
    System.out.println("done");
  }

  // facts

  static void facts() throws Exception {
    TreeMap<String, String> facts = new TreeMap<>();
    try (Admin admin = Admin.create(properties()); var all = consumer(); var committed = consumer("isolation.level", "read_committed")) {
      facts.put("cluster", admin.describeCluster().clusterId().get());
      Set<String> names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
      for (TopicDescription topic : admin.describeTopics(names).allTopicNames().get().values()) {
        facts.put("topic " + topic.name(), topic.topicId() + " " + topic.partitions().size() + " " + topic.isInternal());
        for (TopicPartitionInfo info : topic.partitions()) {
          partition(facts, new TopicPartition(topic.name(), info.partition()), all, committed, admin);
        }
      }
      configs(facts, admin, names);
      for (GroupListing group : admin.listGroups().all().get()) {
        facts.put("group " + group.groupId(), group.type() + " " + group.protocol() + " " + group.groupState());
        var offsets = admin.listConsumerGroupOffsets(group.groupId()).partitionsToOffsetAndMetadata().get();
        offsets.forEach((place, offset) -> facts.put("commit " + group.groupId() + " " + place, String.valueOf(offset)));
      }
    }
    facts.forEach((fact, value) -> System.out.println(fact + " = " + value));
  }

  static void partition(Map<String, String> facts, TopicPartition place, KafkaConsumer<byte[], byte[]> all,
      KafkaConsumer<byte[], byte[]> committed, Admin admin) throws Exception {
    String name = place.toString();
    facts.put("start " + name, String.valueOf(all.beginningOffsets(List.of(place)).get(place)));
    // A transaction's coordinator writes on its own.
    if (name.startsWith("__")) return;
    facts.put("end " + name, String.valueOf(all.endOffsets(List.of(place)).get(place)));
    facts.put("stable end " + name, String.valueOf(committed.endOffsets(List.of(place)).get(place)));
    facts.put("records " + name, digest(read(all, place)));
    facts.put("committed records " + name, digest(read(committed, place)));
    for (long time : List.of(0L, START_MS + 77_000, START_MS + 500_500, START_MS + 4_000, 1L << 50)) {
      facts.put("time " + name + " " + time, String.valueOf(all.offsetsForTimes(Map.of(place, time)).get(place)));
    }
    for (OffsetSpec spec : List.of(OffsetSpec.maxTimestamp())) {
      var found = admin.listOffsets(Map.of(place, spec)).partitionResult(place).get();
      facts.put("max timestamp " + name, found.offset() + " at " + found.timestamp());
    }
    try {
      var producers = admin.describeProducers(List.of(place)).partitionResult(place).get().activeProducers();
      facts.put("producers " + name, producers.stream()
          .map(p -> p.producerId() + "/" + p.producerEpoch() + "/" + p.lastSequence() + "/" + p.currentTransactionStartOffset())
          .sorted().collect(Collectors.joining(" ")));
    } catch (Exception error) {
      facts.put("producers " + name, "not told: " + error.getCause().getClass().getSimpleName());
    }
  }

  static void configs(Map<String, String> facts, Admin admin, Set<String> topics) throws Exception {
    List<ConfigResource> resources = new ArrayList<>();
    for (String topic : topics) resources.add(new ConfigResource(ConfigResource.Type.TOPIC, topic));
    resources.add(new ConfigResource(ConfigResource.Type.BROKER, "1"));
    resources.add(new ConfigResource(ConfigResource.Type.GROUP, "modern"));
    Set<ConfigEntry.ConfigSource> set = Set.of(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG,
        ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG, ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
        ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG);
    admin.describeConfigs(resources).all().get().forEach((resource, config) -> config.entries().forEach(entry -> {
      if (set.contains(entry.source())) facts.put("config " + resource + " " + entry.name(), entry.value() + " " + entry.source());
    }));
  }

  static List<ConsumerRecord<byte[], byte[]>> read(KafkaConsumer<byte[], byte[]> consumer, TopicPartition place) {
    consumer.assign(List.of(place));
    consumer.seekToBeginning(List.of(place));
    long end = consumer.endOffsets(List.of(place)).get(place);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    while (consumer.position(place) < end) records.addAll(consumer.poll(Duration.ofMillis(200)).records(place));
    return records;
  }

  static String digest(List<ConsumerRecord<byte[], byte[]>> records) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (var record : records) {
      String line = String.join("\t", String.valueOf(record.offset()), record.timestampType().toString(),
          String.valueOf(record.timestamp()), hex(record.key()), hex(record.value()),
          IntStream.range(0, record.headers().toArray().length).mapToObj(i -> record.headers().toArray()[i])
              .map((Header header) -> header.key() + "=" + hex(header.value())).collect(Collectors.joining(",")));
      digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    String first = records.isEmpty() ? "-" : String.valueOf(records.get(0).offset());
    return records.size() + " from " + first + " " + hex(digest.digest()).substring(0, 24);
  }

  static String hex(byte[] bytes) {
    return bytes == null ? "-" : HexFormat.of().formatHex(bytes);
  }
}
