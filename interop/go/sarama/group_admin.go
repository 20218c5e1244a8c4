package main

import (
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"sluice.dev/interop/contract"
)

// groupAdmin is sarama's ClusterAdmin on groups; the runner keeps a member in `classic`, and nobody in `empty`.
func groupAdmin(request contract.Request) any {
	checks := contract.Checks{}
	run := func(name string, step func(sarama.ClusterAdmin) error) {
		checks.Run(name, func() error { return withAdmin(step) })
	}
	run("ListConsumerGroups", func(adm sarama.ClusterAdmin) error {
		listed, err := adm.ListConsumerGroups()
		if err != nil {
			return err
		}
		return errors.Join(contract.Expect("classic", listed[request.Classic], "consumer"), contract.Expect("consumer", listed[request.Consumer], "consumer"))
	})
	run("DescribeConsumerGroups", func(adm sarama.ClusterAdmin) error {
		described, err := adm.DescribeConsumerGroups([]string{request.Classic, "no-such-group"})
		if err != nil {
			return err
		}
		for _, group := range described {
			if group.GroupId != request.Classic {
				if err := contract.Expect("the unknown one", group.State, "Dead"); err != nil {
					return err
				}
				continue
			}
			if err := errors.Join(contract.Expect("state", group.State, "Stable"), contract.Expect("protocol", group.Protocol, "range"), contract.Expect("members", len(group.Members), 1)); err != nil {
				return err
			}
			for _, member := range group.Members {
				assignment, err := member.GetMemberAssignment()
				if err != nil {
					return err
				}
				if err := contract.Expect("partitions", len(assignment.Topics[request.Topic]), int(request.Partitions)); err != nil {
					return err
				}
			}
		}
		return contract.Expect("groups", len(described), 2)
	})
	run("AlterConsumerGroupOffsets, ListConsumerGroupOffsets, DeleteConsumerGroupOffset", func(adm sarama.ClusterAdmin) error {
		offsets := map[string]map[int32]sarama.OffsetAndMetadata{request.Topic: {1: {Offset: 9, LeaderEpoch: -1, Metadata: "sarama"}}}
		if _, err := adm.AlterConsumerGroupOffsets(request.Empty, offsets, nil); err != nil {
			return err
		}
		fetched, err := adm.ListConsumerGroupOffsets(request.Empty, nil)
		if err != nil {
			return err
		}
		block := fetched.GetBlock(request.Topic, 1)
		if block == nil {
			return errors.New("no such offset")
		}
		return errors.Join(contract.Expect("offset", block.Offset, 9), contract.Expect("metadata", block.Metadata, "sarama"),
			adm.DeleteConsumerGroupOffset(request.Empty, request.Topic, 1))
	})
	run("ListConsumerGroupOffsetsBatch", func(adm sarama.ClusterAdmin) error {
		fetched, err := adm.ListConsumerGroupOffsetsBatch(map[string]map[string][]int32{request.Classic: nil, request.Empty: nil})
		if err != nil {
			return err
		}
		return contract.Expect("groups", len(fetched), 2)
	})
	run("DeleteConsumerGroup, not empty and unknown", func(adm sarama.ClusterAdmin) error {
		return errors.Join(expectError(adm.DeleteConsumerGroup(request.Classic), sarama.ErrNonEmptyGroup),
			expectError(adm.DeleteConsumerGroup("no-such-group"), sarama.ErrGroupIDNotFound))
	})
	run("DeleteConsumerGroup", func(adm sarama.ClusterAdmin) error { return adm.DeleteConsumerGroup(request.Empty) })
	return map[string]any{"checks": checks}
}

func expectError(got, want error) error {
	if errors.Is(got, want) {
		return nil
	}
	return fmt.Errorf("got %v, want %v", got, want)
}
