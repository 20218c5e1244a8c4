package main

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"sluice.dev/interop/contract"
)

func admin(ctx context.Context, topic string) any {
	checks := contract.Checks{}
	// kadm answers from a cache for this long.
	cl, err := producer("none", kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		checks.Run("client", func() error { return err })
		return map[string]any{"checks": checks}
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	topicChecks(ctx, &checks, adm, topic)
	configChecks(ctx, &checks, adm, topic)
	recordChecks(ctx, &checks, adm, cl, topic)
	clusterChecks(ctx, &checks, adm, topic)
	checks.Run("DeleteTopics", func() error {
		if _, err := adm.DeleteTopic(ctx, topic); err != nil {
			return err
		}
		_, err := adm.DeleteTopic(ctx, topic)
		return contract.Expect("second delete", err, error(kerr.UnknownTopicOrPartition))
	})
	return map[string]any{"checks": checks}
}

func topicChecks(ctx context.Context, checks *contract.Checks, adm *kadm.Client, topic string) {
	checks.Run("CreateTopics, validate only", func() error {
		created, err := adm.ValidateCreateTopics(ctx, 2, 1, nil, topic)
		if err != nil {
			return err
		}
		if created[topic].Err != nil {
			return created[topic].Err
		}
		listed, err := adm.ListTopics(ctx)
		if err != nil {
			return err
		}
		return contract.Expect("listed", listed.Has(topic), false)
	})
	checks.Run("CreateTopics", func() error {
		retention := "-1"
		created, err := adm.CreateTopic(ctx, 2, 1, map[string]*string{"retention.ms": &retention}, topic)
		if err != nil {
			return err
		}
		config := created.Configs["retention.ms"]
		if got := config.MaybeValue(); got != "-1" {
			return fmt.Errorf("the answer says retention.ms=%q", got)
		}
		return contract.Expect("partitions in the answer", created.NumPartitions, 2)
	})
	checks.Run("CreatePartitions", func() error {
		updated, err := adm.UpdatePartitions(ctx, 3, topic)
		if err != nil {
			return err
		}
		return updated[topic].Err
	})
	checks.Run("Metadata", func() error {
		return contract.Eventually(func() error { return threePartitions(ctx, adm, topic) })
	})
}

func threePartitions(ctx context.Context, adm *kadm.Client, topic string) error {
	metadata, err := adm.Metadata(ctx, topic)
	if err != nil {
		return err
	}
	if metadata.Topics[topic].ID == (kadm.TopicID{}) {
		return fmt.Errorf("no topic id")
	}
	return contract.Expect("partitions", len(metadata.Topics[topic].Partitions), 3)
}

func configChecks(ctx context.Context, checks *contract.Checks, adm *kadm.Client, topic string) {
	checks.Run("IncrementalAlterConfigs, DescribeConfigs", func() error {
		value := "12345"
		alter := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "segment.ms", Value: &value}}
		altered, err := adm.AlterTopicConfigs(ctx, alter, topic)
		if err != nil {
			return err
		}
		if altered[0].Err != nil {
			return altered[0].Err
		}
		return contract.Eventually(func() error { return described(ctx, adm, topic, "segment.ms", value) })
	})
	checks.Run("ListConfigResources", func() error {
		_, err := adm.ListConfigResources(ctx)
		return err
	})
}

func described(ctx context.Context, adm *kadm.Client, topic, name, value string) error {
	described, err := adm.DescribeTopicConfigs(ctx, topic)
	if err != nil {
		return err
	}
	for _, config := range described[0].Configs {
		if config.Key == name {
			return contract.Expect(name, config.MaybeValue(), value)
		}
	}
	return fmt.Errorf("%s is not described", name)
}

func recordChecks(ctx context.Context, checks *contract.Checks, adm *kadm.Client, cl *kgo.Client, topic string) {
	checks.Run("DeleteRecords", func() error {
		for range 5 {
			if err := cl.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte("x")}).FirstErr(); err != nil {
				return err
			}
		}
		offsets := kadm.Offsets{}
		offsets.AddOffset(topic, 0, 3, -1)
		deleted, err := adm.DeleteRecords(ctx, offsets)
		if err != nil {
			return err
		}
		response, _ := deleted.Lookup(topic, 0)
		if response.Err != nil {
			return response.Err
		}
		return contract.Expect("low watermark", response.LowWatermark, 3)
	})
	checks.Run("ListOffsets, max timestamp", func() error {
		listed, err := adm.ListMaxTimestampOffsets(ctx, topic)
		if err != nil {
			return err
		}
		offset, _ := listed.Lookup(topic, 0)
		if offset.Err != nil {
			return offset.Err
		}
		if offset.Offset < 3 || offset.Timestamp <= 0 {
			return fmt.Errorf("offset %d at %d", offset.Offset, offset.Timestamp)
		}
		return nil
	})
	checks.Run("ListOffsets, local log start", func() error {
		listed, err := adm.ListLocalLogStartOffsets(ctx, topic)
		if err != nil {
			return err
		}
		offset, _ := listed.Lookup(topic, 0)
		return contract.Expect("local log start", offset.Offset, 3)
	})
	checks.Run("OffsetForLeaderEpoch", func() error {
		request := kadm.OffsetForLeaderEpochRequest{}
		request.Add(topic, 0, 0)
		answered, err := adm.OffsetForLeaderEpoch(ctx, request)
		if err != nil {
			return err
		}
		epoch := answered[topic][0]
		if epoch.Err != nil {
			return epoch.Err
		}
		return contract.Expect("end offset of epoch 0", epoch.EndOffset, 5)
	})
	checks.Run("DescribeProducers", func() error {
		topics := kadm.TopicsSet{}
		topics.Add(topic, 0)
		described, err := adm.DescribeProducers(ctx, topics)
		if err != nil {
			return err
		}
		return contract.Expect("active producers", len(described[topic].Partitions[0].ActiveProducers), 1)
	})
}

func clusterChecks(ctx context.Context, checks *contract.Checks, adm *kadm.Client, topic string) {
	checks.Run("DescribeLogDirs", func() error {
		topics := kadm.TopicsSet{}
		topics.Add(topic, 0, 1, 2)
		described, err := adm.DescribeAllLogDirs(ctx, topics)
		if err != nil {
			return err
		}
		partitions := 0
		described.Each(func(dir kadm.DescribedLogDir) {
			dir.Topics.Each(func(kadm.DescribedLogDirPartition) { partitions++ })
		})
		return contract.Expect("partitions", partitions, 3)
	})
	checks.Run("ApiVersions", func() error {
		versions, err := adm.ApiVersions(ctx)
		if err != nil {
			return err
		}
		for _, broker := range versions {
			if broker.Err != nil {
				return broker.Err
			}
			if _, found := broker.KeyMaxVersion(0); !found {
				return fmt.Errorf("Produce is not advertised")
			}
		}
		return contract.Expect("brokers", len(versions), 1)
	})
	checks.Run("ListGroups", func() error {
		_, err := adm.ListGroups(ctx)
		return err
	})
	checks.Run("DescribeACLs without an authorizer", func() error {
		filter := kadm.NewACLs().AnyResource().Allow().AllowHosts().Deny().DenyHosts().
			Operations(kadm.OpAny).ResourcePatternType(kadm.ACLPatternAny)
		described, err := adm.DescribeACLs(ctx, filter)
		if err != nil {
			return err
		}
		for _, one := range described {
			if one.Err != kerr.SecurityDisabled {
				return fmt.Errorf("got %v, want SECURITY_DISABLED", one.Err)
			}
		}
		return nil
	})
}
