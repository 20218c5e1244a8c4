package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"sluice.dev/interop/contract"
)

// groupAdmin is kadm on groups; the runner keeps a member in each of `classic` and `consumer`, and nobody in `empty`.
func groupAdmin(ctx context.Context, request contract.Request) any {
	cl, err := client()
	if err != nil {
		return map[string]any{"checks": contract.Checks{{Name: "a client", Error: err.Error()}}}
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	checks := contract.Checks{}
	checks.Run("ListGroups", func() error {
		listed, err := adm.ListGroups(ctx)
		if err != nil {
			return err
		}
		return errors.Join(
			contract.Expect("classic", listed[request.Classic].State, "Stable"),
			contract.Expect("consumer", listed[request.Consumer].State, "Stable"),
			contract.Expect("empty", listed[request.Empty].State, "Empty"),
		)
	})
	checks.Run("ListGroups by state and type", func() error {
		listed, err := adm.ListGroupsByType(ctx, []string{"consumer"}, "Stable")
		if err != nil {
			return err
		}
		_, hasClassic := listed[request.Classic]
		_, hasConsumer := listed[request.Consumer]
		return contract.Expect("the new one only", fmt.Sprint(hasClassic, hasConsumer), "false true")
	})
	checks.Run("DescribeGroups", func() error {
		described, err := adm.DescribeGroups(ctx, request.Classic)
		if err != nil {
			return err
		}
		group := described[request.Classic]
		return errors.Join(group.Err,
			contract.Expect("state", group.State, "Stable"), contract.Expect("protocol", group.Protocol, "range"),
			contract.Expect("members", len(group.Members), 1),
			contract.Expect("partitions", len(group.AssignedPartitions()[request.Topic]), int(request.Partitions)))
	})
	checks.Run("DescribeConsumerGroups", func() error {
		described, err := adm.DescribeConsumerGroups(ctx, request.Consumer)
		if err != nil {
			return err
		}
		group := described[request.Consumer]
		return errors.Join(group.Err, contract.Expect("state", group.State, "Stable"),
			contract.Expect("assignor", group.AssignorName, "uniform"), contract.Expect("members", len(group.Members), 1))
	})
	checks.Run("CommitOffsets, FetchOffsets, DeleteOffsets", func() error {
		offsets := kadm.Offsets{}
		offsets.Add(kadm.Offset{Topic: request.Topic, Partition: 1, At: 9, LeaderEpoch: -1, Metadata: "kadm"})
		if err := adm.CommitAllOffsets(ctx, request.Empty, offsets); err != nil {
			return err
		}
		fetched, err := adm.FetchOffsets(ctx, request.Empty)
		if err != nil {
			return err
		}
		offset, _ := fetched.Lookup(request.Topic, 1)
		set := kadm.TopicsSet{}
		set.Add(request.Topic, 1)
		deleted, err := adm.DeleteOffsets(ctx, request.Empty, set)
		if err != nil {
			return err
		}
		return errors.Join(deleted.Error(), contract.Expect("committed", offset.At, 9), contract.Expect("metadata", offset.Metadata, "kadm"))
	})
	checks.Run("FetchManyOffsets", func() error {
		fetched := adm.FetchManyOffsets(ctx, request.Classic, request.Empty, "no-such-group")
		return errors.Join(fetched.Error(), contract.Expect("groups", len(fetched), 3))
	})
	checks.Run("Lag", func() error {
		lags, err := adm.Lag(ctx, request.Classic)
		if err != nil {
			return err
		}
		lag := lags[request.Classic]
		return errors.Join(lag.Error(), contract.Expect("lag", lag.Lag.Total(), 0))
	})
	checks.Run("DeleteOffsets of a topic that is subscribed to", func() error {
		set := kadm.TopicsSet{}
		set.Add(request.Topic, 0)
		deleted, err := adm.DeleteOffsets(ctx, request.Classic, set)
		if err != nil {
			return err
		}
		return expectError(deleted.Error(), kerr.GroupSubscribedToTopic)
	})
	checks.Run("DeleteGroups, not empty and unknown", func() error {
		deleted, err := adm.DeleteGroups(ctx, request.Classic, "no-such-group")
		if err != nil {
			return err
		}
		return errors.Join(expectError(deleted[request.Classic].Err, kerr.NonEmptyGroup), expectError(deleted["no-such-group"].Err, kerr.GroupIDNotFound))
	})
	checks.Run("DeleteGroup", func() error {
		deleted, err := adm.DeleteGroup(ctx, request.Empty)
		if err != nil {
			return err
		}
		return deleted.Err
	})
	return map[string]any{"checks": checks}
}

func expectError(got, want error) error {
	if errors.Is(got, want) {
		return nil
	}
	return fmt.Errorf("got %v, want %v", got, want)
}
