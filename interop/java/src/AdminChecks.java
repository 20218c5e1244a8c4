package dev.sluice.interop;

import static dev.sluice.interop.Contract.eventually;
import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectError;
import static dev.sluice.interop.Contract.expectTrue;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Kafka's own Admin: every call for which a broker without groups, transactions and security has an answer. */
final class AdminChecks {
    private static final long FIRST_TIMESTAMP = 1_750_000_000_000L;
    private final String bootstrap;
    private final String topic;
    private final TopicPartition partition;
    private final ConfigResource resource;
    private final Contract.Checks checks = new Contract.Checks();
    private Uuid topicId;
    private int brokerId;

    AdminChecks(String bootstrap, String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        partition = new TopicPartition(topic, 0);
        resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    List<Map<String, String>> run() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            cluster(admin);
            creating(admin);
            describing(admin);
            configs(admin);
            checks.run("produces", this::produce);
            offsets(admin);
            files(admin);
            groupsAndSecurity(admin);
            deleting(admin);
        }
        return checks.rows;
    }

    private void cluster(Admin admin) {
        checks.run("describeCluster", () -> {
            DescribeClusterResult cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
            expect("nodes", cluster.nodes().get().size(), 1);
            brokerId = cluster.nodes().get().iterator().next().id();
            expect("controller", cluster.controller().get().id(), brokerId);
            expect("length of the cluster id", cluster.clusterId().get().length(), 22);
            expectTrue("authorized operations", cluster.authorizedOperations().get().contains(AclOperation.CREATE));
        });
        checks.run("describeFeatures", () ->
            expectTrue("metadata.version", admin.describeFeatures().featureMetadata().get().supportedFeatures().containsKey("metadata.version")));
        checks.run("describeMetadataQuorum", () ->
            expect("leader", admin.describeMetadataQuorum().quorumInfo().get().leaderId(), brokerId));
    }

    private void creating(Admin admin) {
        NewTopic wanted = new NewTopic(topic, 2, (short) 1).configs(Map.of("retention.ms", "-1", "segment.bytes", "2000000"));
        checks.run("createTopics, validate only", () -> {
            admin.createTopics(List.of(wanted), new CreateTopicsOptions().validateOnly(true)).all().get();
            expect("listed", admin.listTopics().names().get().contains(topic), false);
        });
        checks.run("createTopics", () -> {
            CreateTopicsResult result = admin.createTopics(List.of(wanted));
            topicId = result.topicId(topic).get();
            expect("partitions", result.numPartitions(topic).get(), 2);
            expect("replicas", result.replicationFactor(topic).get(), 1);
            ConfigEntry segmentBytes = result.config(topic).get().get("segment.bytes");
            expect("segment.bytes", segmentBytes.value(), "2000000");
            expect("its source", segmentBytes.source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
            expect("listed", admin.listTopics().listings().get().stream().anyMatch(one -> one.topicId().equals(topicId)), true);
        });
        checks.run("createTopics with assignments", () -> {
            NewTopic assigned = new NewTopic(topic + ".assigned", Map.of(0, List.of(brokerId), 1, List.of(brokerId)));
            expect("partitions", admin.createTopics(List.of(assigned)).numPartitions(topic + ".assigned").get(), 2);
            expectError(InvalidReplicaAssignmentException.class, () ->
                admin.createTopics(List.of(new NewTopic(topic + ".wrong", Map.of(0, List.of(brokerId + 77))))).all().get());
            expectError(InvalidReplicaAssignmentException.class, () ->
                admin.createTopics(List.of(new NewTopic(topic + ".gap", Map.of(0, List.of(brokerId), 2, List.of(brokerId))))).all().get());
        });
        checks.run("createTopics, names that collide", () -> {
            String dotted = topic.replace('-', '.');
            admin.createTopics(List.of(new NewTopic(dotted + ".x.y", 1, (short) 1))).all().get();
            expectError(InvalidTopicException.class, () ->
                admin.createTopics(List.of(new NewTopic(dotted + ".x_y", 1, (short) 1))).all().get());
        });
        checks.run("createTopics with the broker's defaults", () -> {
            NewTopic bare = new NewTopic(topic + ".defaults", java.util.Optional.empty(), java.util.Optional.empty());
            expect("partitions", admin.createTopics(List.of(bare)).numPartitions(topic + ".defaults").get(), 1);
        });
        checks.run("createPartitions", () -> {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5)), new CreatePartitionsOptions().validateOnly(true)).all().get();
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
            expectError(InvalidPartitionsException.class, () ->
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(1))).all().get());
        });
    }

    private void describing(Admin admin) {
        checks.run("describeTopics by name", () -> eventually(() ->
            described(admin.describeTopics(TopicCollection.ofTopicNames(List.of(topic))).topicNameValues().get(topic).get())));
        checks.run("describeTopics by id", () ->
            described(admin.describeTopics(TopicCollection.ofTopicIds(List.of(topicId))).topicIdValues().get(topicId).get()));
        checks.run("describeTopics page by page", () -> {
            DescribeTopicsOptions pages = new DescribeTopicsOptions().partitionSizeLimitPerResponse(1);
            described(admin.describeTopics(List.of(topic), pages).allTopicNames().get().get(topic));
        });
        checks.run("describeTopics with authorized operations", () -> {
            DescribeTopicsOptions options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
            TopicDescription description = admin.describeTopics(List.of(topic), options).allTopicNames().get().get(topic);
            expectTrue("READ is among them", description.authorizedOperations().contains(AclOperation.READ));
        });
        checks.run("describeTopics of unknown ones", () -> {
            expectError(UnknownTopicOrPartitionException.class, () ->
                admin.describeTopics(List.of("no-such-topic")).allTopicNames().get());
            expectError(UnknownTopicIdException.class, () ->
                admin.describeTopics(TopicCollection.ofTopicIds(List.of(Uuid.randomUuid()))).allTopicIds().get());
        });
    }

    private void described(TopicDescription description) {
        expect("id", description.topicId(), topicId);
        expect("name", description.name(), topic);
        expect("partitions", description.partitions().size(), 3);
        description.partitions().forEach(one -> {
            expect("leader", one.leader().id(), brokerId);
            expect("isr", one.isr().size(), 1);
        });
    }

    private Config config(Admin admin, ConfigResource of) throws Exception {
        DescribeConfigsOptions options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
        return admin.describeConfigs(List.of(of), options).all().get().get(of);
    }

    private void alter(Admin admin, OpType type, String name, String value) throws Exception {
        Collection<AlterConfigOp> change = List.of(new AlterConfigOp(new ConfigEntry(name, value), type));
        admin.incrementalAlterConfigs(Map.of(resource, change)).all().get();
    }

    private void configs(Admin admin) {
        checks.run("describeConfigs of a topic", () -> {
            Config config = config(admin, resource);
            expect("retention.ms", config.get("retention.ms").value(), "-1");
            expect("type", config.get("retention.ms").type(), ConfigEntry.ConfigType.LONG);
            expect("first synonym", config.get("retention.ms").synonyms().get(0).source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
            expect("default", config.get("flush.ms").isDefault(), true);
            expectTrue("documentation", config.get("flush.ms").documentation().length() > 20);
        });
        checks.run("describeConfigs of the broker", () -> {
            Config config = config(admin, new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(brokerId)));
            expect("num.partitions", config.get("num.partitions").value(), "1");
            expect("node.id", config.get("node.id").value(), String.valueOf(brokerId));
            expectTrue("a password is not shown", config.get("ssl.key.password") == null || config.get("ssl.key.password").value() == null);
        });
        checks.run("describeConfigs of an unknown topic", () -> expectError(UnknownTopicOrPartitionException.class, () ->
            config(admin, new ConfigResource(ConfigResource.Type.TOPIC, "no-such-topic"))));
        checks.run("incrementalAlterConfigs, set and delete", () -> {
            alter(admin, OpType.SET, "max.message.bytes", "123456");
            eventually(() -> expect("max.message.bytes", config(admin, resource).get("max.message.bytes").value(), "123456"));
            alter(admin, OpType.DELETE, "max.message.bytes", null);
            eventually(() -> expect("max.message.bytes", config(admin, resource).get("max.message.bytes").value(), "1048588"));
        });
        checks.run("incrementalAlterConfigs, append and subtract", () -> {
            alter(admin, OpType.APPEND, "cleanup.policy", "compact");
            eventually(() -> expect("cleanup.policy", config(admin, resource).get("cleanup.policy").value(), "delete,compact"));
            alter(admin, OpType.SUBTRACT, "cleanup.policy", "compact");
            eventually(() -> expect("cleanup.policy", config(admin, resource).get("cleanup.policy").value(), "delete"));
        });
        checks.run("incrementalAlterConfigs, wrong ones", () -> {
            expectError(InvalidConfigurationException.class, () -> alter(admin, OpType.SET, "segment.bytes", "-5"));
            expectError(InvalidConfigurationException.class, () -> alter(admin, OpType.SET, "cleanup.policy", "shred"));
            expectError(InvalidConfigurationException.class, () -> alter(admin, OpType.SET, "no.such.config", "1"));
        });
        checks.run("listConfigResources", () -> {
            Collection<ConfigResource> listed = admin.listConfigResources(
                Set.of(ConfigResource.Type.TOPIC), new ListConfigResourcesOptions()).all().get();
            expectTrue("the topic is among them", listed.contains(resource));
            expectTrue("the broker is among all", admin.listConfigResources().all().get()
                .contains(new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(brokerId))));
        });
    }

    /** Ten records, the timestamps +0 +20 +40 +60 +80 +10 +30 +50 +70 +90. */
    private void produce() throws Exception {
        try (Producer<byte[], byte[]> producer = Records.producer(bootstrap, Map.of())) {
            for (int i = 0; i < 10; i++) {
                long timestamp = FIRST_TIMESTAMP + (i < 5 ? i * 20 : 10 + (i - 5) * 20);
                expect("offset", producer.send(new ProducerRecord<>(topic, 0, timestamp, null, new byte[10])).get().offset(), (long) i);
            }
            expect("partitionsFor", producer.partitionsFor(topic).size(), 3);
        }
    }

    private ListOffsetsResultInfo listed(Admin admin, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get();
    }

    private void offsets(Admin admin) {
        checks.run("listOffsets, earliest and latest", () -> {
            expect("earliest", listed(admin, OffsetSpec.earliest()).offset(), 0L);
            expect("latest", listed(admin, OffsetSpec.latest()).offset(), 10L);
        });
        checks.run("listOffsets, max timestamp", () -> {
            ListOffsetsResultInfo info = listed(admin, OffsetSpec.maxTimestamp());
            expect("offset", info.offset(), 9L);
            expect("timestamp", info.timestamp(), FIRST_TIMESTAMP + 90);
        });
        checks.run("listOffsets by time", () -> {
            ListOffsetsResultInfo info = listed(admin, OffsetSpec.forTimestamp(FIRST_TIMESTAMP + 45));
            expect("offset", info.offset(), 3L);
            expect("timestamp", info.timestamp(), FIRST_TIMESTAMP + 60);
            expect("too late", listed(admin, OffsetSpec.forTimestamp(FIRST_TIMESTAMP + 91)).offset(), -1L);
        });
        checks.run("listOffsets, local and tiered", () -> {
            expect("earliest local", listed(admin, OffsetSpec.earliestLocal()).offset(), 0L);
            expect("latest tiered", listed(admin, OffsetSpec.latestTiered()).offset(), -1L);
            expect("earliest pending upload", listed(admin, OffsetSpec.earliestPendingUpload()).offset(), -1L);
        });
        checks.run("listOffsets of an unknown partition", () -> expectError(Exception.class, () ->
            admin.listOffsets(Map.of(new TopicPartition(topic, 99), OffsetSpec.latest()),
                new org.apache.kafka.clients.admin.ListOffsetsOptions().timeoutMs(2000)).all().get()));
        checks.run("describeProducers", () -> {
            List<ProducerState> producers = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers();
            expect("producers", producers.size(), 1);
            expect("last sequence", producers.get(0).lastSequence(), 9);
            expect("no transaction", producers.get(0).currentTransactionStartOffset().isPresent(), false);
        });
        checks.run("deleteRecords", () -> {
            expect("low watermark", deleteBefore(admin, 4), 4L);
            expect("earliest", listed(admin, OffsetSpec.earliest()).offset(), 4L);
            expect("the same again", deleteBefore(admin, 2), 4L);
            expectError(OffsetOutOfRangeException.class, () -> deleteBefore(admin, 11));
            expect("all", deleteBefore(admin, -1), 10L);
        });
    }

    private long deleteBefore(Admin admin, long offset) throws Exception {
        return admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).lowWatermarks().get(partition).get().lowWatermark();
    }

    private void files(Admin admin) {
        checks.run("describeLogDirs", () -> {
            Map<String, LogDirDescription> directories = admin.describeLogDirs(List.of(brokerId)).allDescriptions().get().get(brokerId);
            expect("directories", directories.size(), 1);
            LogDirDescription directory = directories.values().iterator().next();
            expectTrue("no error", directory.error() == null);
            expectTrue("size of the partition", directory.replicaInfos().get(partition).size() > 0);
            expectTrue("room on the disk", directory.totalBytes().getAsLong() > directory.usableBytes().getAsLong());
        });
        checks.run("describeReplicaLogDirs", () -> {
            TopicPartitionReplica replica = new TopicPartitionReplica(topic, 0, brokerId);
            expectTrue("a directory", admin.describeReplicaLogDirs(List.of(replica)).all().get().get(replica).getCurrentReplicaLogDir() != null);
        });
    }

    private void groupsAndSecurity(Admin admin) {
        checks.run("listGroups", () -> expectTrue("an answer", admin.listGroups().all().get() != null));
        AccessControlEntry entry = new AccessControlEntry("User:a", "*", AclOperation.READ, AclPermissionType.ALLOW);
        AclBinding binding = new AclBinding(new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL), entry);
        checks.run("describeAcls without an authorizer", () -> expectError(SecurityDisabledException.class, () ->
            admin.describeAcls(AclBindingFilter.ANY).values().get()));
        checks.run("createAcls without an authorizer", () -> expectError(SecurityDisabledException.class, () ->
            admin.createAcls(List.of(binding)).all().get()));
        checks.run("deleteAcls without an authorizer", () -> expectError(SecurityDisabledException.class, () ->
            admin.deleteAcls(List.of(binding.toFilter())).all().get()));
    }

    private void deleting(Admin admin) {
        checks.run("deleteTopics by name", () -> {
            admin.deleteTopics(List.of(topic + ".assigned")).all().get();
            eventually(() -> expectError(UnknownTopicOrPartitionException.class, () ->
                admin.deleteTopics(List.of(topic + ".assigned")).all().get()));
        });
        checks.run("deleteTopics by id", () -> {
            admin.deleteTopics(TopicCollection.ofTopicIds(List.of(topicId))).all().get();
            eventually(() -> expectError(UnknownTopicIdException.class, () ->
                admin.deleteTopics(TopicCollection.ofTopicIds(List.of(topicId))).all().get()));
            eventually(() -> expect("listed", admin.listTopics().names().get().contains(topic), false));
        });
    }
}
