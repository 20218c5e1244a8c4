package main

import (
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"sluice.dev/interop/contract"
)

func admin(topic string) any {
	checks := contract.Checks{}
	var cluster sarama.ClusterAdmin
	checks.Run("connect", func() (err error) {
		cluster, err = sarama.NewClusterAdmin(brokers, config())
		return err
	})
	if cluster == nil {
		return map[string]any{"checks": checks}
	}
	defer cluster.Close()
	topicChecks(&checks, cluster, topic)
	configChecks(&checks, cluster, topic)
	recordChecks(&checks, cluster, topic)
	clusterChecks(&checks, cluster)
	checks.Run("DeleteTopics", func() error {
		if err := cluster.DeleteTopic(topic); err != nil {
			return err
		}
		if err := cluster.DeleteTopic(topic); !errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
			return fmt.Errorf("the second time: %v", err)
		}
		return nil
	})
	return map[string]any{"checks": checks}
}

func topicChecks(checks *contract.Checks, cluster sarama.ClusterAdmin, topic string) {
	retention := "-1"
	detail := &sarama.TopicDetail{
		NumPartitions: 2, ReplicationFactor: 1, ConfigEntries: map[string]*string{"retention.ms": &retention},
	}
	checks.Run("CreateTopics, validate only", func() error {
		if err := cluster.CreateTopic(topic, detail, true); err != nil {
			return err
		}
		listed, err := cluster.ListTopics()
		if err != nil {
			return err
		}
		_, found := listed[topic]
		return contract.Expect("listed", found, false)
	})
	checks.Run("CreateTopics", func() error { return cluster.CreateTopic(topic, detail, false) })
	checks.Run("CreatePartitions", func() error { return cluster.CreatePartitions(topic, 3, nil, false) })
	checks.Run("Metadata", func() error {
		return contract.Eventually(func() error {
			described, err := cluster.DescribeTopics([]string{topic})
			if err != nil {
				return err
			}
			if described[0].Err != sarama.ErrNoError {
				return described[0].Err
			}
			return contract.Expect("partitions", len(described[0].Partitions), 3)
		})
	})
	checks.Run("ListTopics", func() error {
		listed, err := cluster.ListTopics()
		if err != nil {
			return err
		}
		value := listed[topic].ConfigEntries["retention.ms"]
		if value == nil {
			return errors.New("retention.ms is not among the topic's own configurations")
		}
		return contract.Expect("retention.ms", *value, retention)
	})
}

func configChecks(checks *contract.Checks, cluster sarama.ClusterAdmin, topic string) {
	described := func(name, want string) error {
		resource := sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{name}}
		entries, err := cluster.DescribeConfig(resource)
		if err != nil {
			return err
		}
		if err := contract.Expect("configurations in the answer", len(entries), 1); err != nil {
			return err
		}
		return contract.Expect(name, entries[0].Value, want)
	}
	value := "54321"
	checks.Run("AlterConfigs", func() error {
		entries := map[string]*string{"segment.ms": &value}
		if err := cluster.AlterConfig(sarama.TopicResource, topic, entries, false); err != nil {
			return err
		}
		return contract.Eventually(func() error { return described("segment.ms", value) })
	})
	checks.Run("IncrementalAlterConfigs", func() error {
		entries := map[string]sarama.IncrementalAlterConfigsEntry{
			"segment.ms": {Operation: sarama.IncrementalAlterConfigsOperationDelete},
		}
		if err := cluster.IncrementalAlterConfig(sarama.TopicResource, topic, entries, false); err != nil {
			return err
		}
		return contract.Eventually(func() error { return described("segment.ms", "604800000") })
	})
}

func recordChecks(checks *contract.Checks, cluster sarama.ClusterAdmin, topic string) {
	checks.Run("DeleteRecords", func() error {
		producer, err := sarama.NewSyncProducer(brokers, producing("none"))
		if err != nil {
			return err
		}
		defer producer.Close()
		for range 5 {
			if _, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder("x")}); err != nil {
				return err
			}
		}
		if err := cluster.DeleteRecords(topic, map[int32]int64{0: 3}); err != nil {
			return err
		}
		partitions := map[string]map[int32]int64{topic: {0: sarama.OffsetOldest}}
		listed, err := cluster.ListOffsets(partitions, &sarama.ListOffsetsOptions{})
		if err != nil {
			return err
		}
		if err := listed[topic][0].Err; err != nil && !errors.Is(err, sarama.ErrNoError) {
			return err
		}
		return contract.Expect("earliest", listed[topic][0].Offset, 3)
	})
}

func clusterChecks(checks *contract.Checks, cluster sarama.ClusterAdmin) {
	var brokerIDs []int32
	checks.Run("DescribeCluster", func() error {
		brokers, controller, err := cluster.DescribeCluster()
		if err != nil {
			return err
		}
		for _, broker := range brokers {
			brokerIDs = append(brokerIDs, broker.ID())
		}
		if err := contract.Expect("brokers", len(brokers), 1); err != nil {
			return err
		}
		return contract.Expect("controller", controller, brokerIDs[0])
	})
	checks.Run("DescribeLogDirs", func() error {
		described, err := cluster.DescribeLogDirs(brokerIDs)
		if err != nil {
			return err
		}
		directories := described[brokerIDs[0]]
		if err := contract.Expect("directories", len(directories), 1); err != nil {
			return err
		}
		if len(directories[0].Topics) == 0 {
			return errors.New("no topics in the directory")
		}
		return nil
	})
	checks.Run("ListGroups", func() error {
		_, err := cluster.ListConsumerGroups()
		return err
	})
	checks.Run("DescribeAcls without an authorizer", func() error {
		_, err := cluster.ListAcls(sarama.AclFilter{
			ResourceType: sarama.AclResourceAny, ResourcePatternTypeFilter: sarama.AclPatternAny,
			PermissionType: sarama.AclPermissionAny, Operation: sarama.AclOperationAny,
		})
		if !errors.Is(err, sarama.ErrSecurityDisabled) {
			return fmt.Errorf("got %v, want SECURITY_DISABLED", err)
		}
		return nil
	})
}
