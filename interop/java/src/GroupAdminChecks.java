package dev.sluice.interop;

import static dev.sluice.interop.Contract.eventually;
import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectError;
import static dev.sluice.interop.Contract.expectTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** Kafka's own Admin on groups; the runner keeps a member in each of `classic` and `consumer`, and nobody in `empty`. */
final class GroupAdminChecks {
    private final String bootstrap;
    private final String classic;
    private final String consumer;
    private final String empty;
    private final TopicPartition partition;
    private final Contract.Checks checks = new Contract.Checks();

    GroupAdminChecks(String bootstrap, JsonNode request) {
        this.bootstrap = bootstrap;
        classic = request.get("classic").asText();
        consumer = request.path("consumer").asText(null);
        empty = request.get("empty").asText();
        partition = new TopicPartition(request.get("topic").asText(), 0);
    }

    List<Map<String, String>> run() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            listing(admin);
            describing(admin);
            configs(admin);
            offsets(admin);
            removing(admin);
            deleting(admin);
        }
        return checks.rows;
    }

    private void listing(Admin admin) {
        checks.run("listGroups, types, protocols and states", () -> {
            Collection<GroupListing> all = admin.listGroups().all().get();
            expect("classic", listed(all, classic), new GroupListing(classic, Optional.of(GroupType.CLASSIC), "consumer", Optional.of(GroupState.STABLE)));
            expect("consumer", listed(all, consumer), new GroupListing(consumer, Optional.of(GroupType.CONSUMER), "consumer", Optional.of(GroupState.STABLE)));
            expect("empty", listed(all, empty).groupState(), Optional.of(GroupState.EMPTY));
        });
        checks.run("listGroups by state", () -> {
            Collection<GroupListing> found = admin.listGroups(new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY))).all().get();
            expectTrue("only the empty ones: " + found, found.stream().allMatch(one -> one.groupState().get() == GroupState.EMPTY));
            expectTrue("the empty one", listed(found, empty) != null);
        });
        checks.run("listGroups by type", () -> {
            Collection<GroupListing> found = admin.listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.CONSUMER))).all().get();
            expectTrue("the new one only: " + found, listed(found, consumer) != null && listed(found, classic) == null);
        });
        checks.run("listGroups by protocol", () -> {
            Collection<GroupListing> found = admin.listGroups(ListGroupsOptions.forConsumerGroups()).all().get();
            expectTrue("both: " + found, listed(found, consumer) != null && listed(found, classic) != null);
        });
        checks.run("listConsumerGroups", () ->
            expectTrue("all are there", admin.listConsumerGroups().all().get().stream().map(one -> one.groupId()).toList().containsAll(List.of(classic, consumer, empty))));
    }

    private static GroupListing listed(Collection<GroupListing> all, String group) {
        return all.stream().filter(one -> one.groupId().equals(group)).findFirst().orElse(null);
    }

    private void describing(Admin admin) {
        checks.run("describeConsumerGroups, classic", () -> {
            ConsumerGroupDescription group = described(admin, classic);
            expect("state", group.groupState(), GroupState.STABLE);
            expect("type", group.type(), GroupType.CLASSIC);
            expect("assignor", group.partitionAssignor(), "range");
            expect("members", group.members().size(), 1);
            MemberDescription member = group.members().iterator().next();
            expectTrue("partitions: " + member, member.assignment().topicPartitions().contains(partition));
            expect("host", member.host(), "/127.0.0.1");
            expectTrue("member id: " + member, member.consumerId().startsWith(member.clientId() + "-"));
            expectTrue("coordinator: " + group, group.coordinator().port() > 0);
        });
        checks.run("describeConsumerGroups, consumer", () -> {
            ConsumerGroupDescription group = described(admin, consumer);
            expect("state", group.groupState(), GroupState.STABLE);
            expect("type", group.type(), GroupType.CONSUMER);
            expect("assignor", group.partitionAssignor(), "uniform");
            expectTrue("epochs: " + group, group.groupEpoch().get() > 0 && group.groupEpoch().equals(group.targetAssignmentEpoch()));
            MemberDescription member = group.members().iterator().next();
            expectTrue("partitions: " + member, member.assignment().topicPartitions().contains(partition));
            expect("target", member.targetAssignment().get().topicPartitions(), member.assignment().topicPartitions());
            expect("member epoch", member.memberEpoch(), group.groupEpoch());
            expect("upgraded", member.upgraded(), Optional.of(true));
        });
        checks.run("describeConsumerGroups, empty", () -> {
            ConsumerGroupDescription group = described(admin, empty);
            expect("state", group.groupState(), GroupState.EMPTY);
            expect("members", group.members().size(), 0);
        });
        checks.run("describeConsumerGroups with authorized operations", () -> {
            ConsumerGroupDescription group = admin.describeConsumerGroups(List.of(classic), new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true)).all().get().get(classic);
            expect("operations", group.authorizedOperations(), Set.of(AclOperation.READ, AclOperation.DELETE, AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS, AclOperation.ALTER_CONFIGS));
        });
        checks.run("describeConsumerGroups, unknown", () -> expectError(GroupIdNotFoundException.class, () -> described(admin, "no-such-group")));
        checks.run("describeClassicGroups", () ->
            expect("protocol", admin.describeClassicGroups(List.of(classic)).all().get().get(classic).protocol(), "consumer"));
        checks.run("describeClassicGroups of a consumer group", () -> expectError(GroupIdNotFoundException.class, () -> admin.describeClassicGroups(List.of(consumer)).all().get()));
    }

    private static ConsumerGroupDescription described(Admin admin, String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    }

    private void configs(Admin admin) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, consumer);
        checks.run("group configs, set and described", () -> {
            alter(admin, resource, "consumer.session.timeout.ms", "50000", OpType.SET);
            eventually(() -> {
                ConfigEntry entry = admin.describeConfigs(List.of(resource)).all().get().get(resource).get("consumer.session.timeout.ms");
                expect("value", entry.value(), "50000");
                expect("source", entry.source(), ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG);
            });
        });
        checks.run("group configs, out of the broker's bounds", () -> expectError(InvalidConfigurationException.class, () ->
            alter(admin, resource, "consumer.session.timeout.ms", "100000", OpType.SET)));
        checks.run("group configs, unknown", () -> expectError(InvalidConfigurationException.class, () -> alter(admin, resource, "no.such.config", "1", OpType.SET)));
        checks.run("listConfigResources of groups", () -> {
            Collection<ConfigResource> resources = admin.listConfigResources(Set.of(ConfigResource.Type.GROUP), new org.apache.kafka.clients.admin.ListConfigResourcesOptions()).all().get();
            expectTrue("it is there: " + resources, resources.contains(resource));
        });
        checks.run("group configs, deleted", () -> {
            alter(admin, resource, "consumer.session.timeout.ms", null, OpType.DELETE);
            eventually(() -> expect("value, the broker's", admin.describeConfigs(List.of(resource)).all().get().get(resource).get("consumer.session.timeout.ms").value(), "6000"));
        });
    }

    private static void alter(Admin admin, ConfigResource resource, String name, String value, OpType type) throws Exception {
        admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), type)))).all().get();
    }

    private void offsets(Admin admin) {
        checks.run("alterConsumerGroupOffsets and listConsumerGroupOffsets", () -> {
            admin.alterConsumerGroupOffsets(empty, Map.of(partition, new OffsetAndMetadata(7, Optional.of(0), "by hand"))).all().get();
            OffsetAndMetadata found = listed(admin, empty).get(partition);
            expect("offset", found, new OffsetAndMetadata(7, Optional.of(0), "by hand"));
        });
        checks.run("listConsumerGroupOffsets, some partitions, stable only", () -> {
            TopicPartition other = new TopicPartition(partition.topic(), 1);
            Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(Map.of(empty, new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(partition, other))),
                new ListConsumerGroupOffsetsOptions().requireStable(true)).all().get().get(empty);
            expect("committed", found.get(partition).offset(), 7L);
        });
        checks.run("listConsumerGroupOffsets of several groups", () -> {
            Map<String, Map<TopicPartition, OffsetAndMetadata>> found = admin.listConsumerGroupOffsets(
                Map.of(empty, new ListConsumerGroupOffsetsSpec(), classic, new ListConsumerGroupOffsetsSpec(), "no-such-group", new ListConsumerGroupOffsetsSpec())).all().get();
            expectTrue("both: " + found, found.get(empty).get(partition).offset() == 7 && !found.get(classic).isEmpty() && found.get("no-such-group").isEmpty());
        });
        checks.run("alterConsumerGroupOffsets of a live group", () -> expectError(UnknownMemberIdException.class, () ->
            admin.alterConsumerGroupOffsets(classic, Map.of(partition, new OffsetAndMetadata(7))).all().get()));
        checks.run("alterConsumerGroupOffsets of a live group, new protocol", () -> expectError(UnknownMemberIdException.class, () ->
            admin.alterConsumerGroupOffsets(consumer, Map.of(partition, new OffsetAndMetadata(7))).all().get()));
        checks.run("deleteConsumerGroupOffsets", () -> {
            admin.deleteConsumerGroupOffsets(empty, Set.of(partition)).all().get();
            expectTrue("it is gone", listed(admin, empty).get(partition) == null);
            admin.alterConsumerGroupOffsets(empty, Map.of(partition, new OffsetAndMetadata(3))).all().get();
        });
        checks.run("deleteConsumerGroupOffsets of a topic that is subscribed to", () -> {
            expectError(GroupSubscribedToTopicException.class, () -> admin.deleteConsumerGroupOffsets(classic, Set.of(partition)).all().get());
            expectError(GroupSubscribedToTopicException.class, () -> admin.deleteConsumerGroupOffsets(consumer, Set.of(partition)).all().get());
        });
        checks.run("deleteConsumerGroupOffsets of an unknown group", () -> expectError(GroupIdNotFoundException.class, () ->
            admin.deleteConsumerGroupOffsets("no-such-group", Set.of(partition)).all().get()));
    }

    private static Map<TopicPartition, OffsetAndMetadata> listed(Admin admin, String group) throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    }

    private void removing(Admin admin) {
        checks.run("removeMembersFromConsumerGroup, unknown", () -> expectError(UnknownMemberIdException.class, () ->
            admin.removeMembersFromConsumerGroup(classic, new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("no-such-instance")))).all().get()));
        for (String group : List.of(classic, consumer)) {
            checks.run("deleteConsumerGroups, not empty: " + (group.equals(classic) ? "classic" : "consumer"), () -> expectError(GroupNotEmptyException.class, () ->
                admin.deleteConsumerGroups(List.of(group)).all().get()));
            checks.run("removeMembersFromConsumerGroup, all of " + (group.equals(classic) ? "classic" : "consumer"), () -> {
                RemoveMembersFromConsumerGroupOptions everybody = new RemoveMembersFromConsumerGroupOptions();
                everybody.reason("it was to be tried");
                admin.removeMembersFromConsumerGroup(group, everybody).all().get();
            });
        }
    }

    private void deleting(Admin admin) {
        checks.run("deleteConsumerGroups", () -> {
            admin.deleteConsumerGroups(List.of(empty)).all().get();
            expectTrue("it is gone", listed(admin.listGroups().all().get(), empty) == null);
            expectTrue("its offsets too", listed(admin, empty).isEmpty());
        });
        checks.run("deleteConsumerGroups, unknown", () -> expectError(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of(empty)).all().get()));
    }
}
