package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const offsetCommitVersion = 9

type commitResult struct {
	Requests   int     `json:"requests"`
	Seconds    float64 `json:"seconds"`
	CpuSeconds float64 `json:"cpuSeconds"`
	P50Ms      float64 `json:"p50Ms"`
	P99Ms      float64 `json:"p99Ms"`
}

// commit sends OffsetCommit requests over many connections, each for a group of its own and with one request in flight.
func commit(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("commit", flag.ExitOnError)
	t := targetFlags(flags)
	connections := flags.Int("connections", 64, "connections")
	seconds := flags.Float64("seconds", 5, "for so long")
	pid := flags.Int("pid", 0, "the broker's process")
	flags.Parse(args)
	wires, err := dialAll(t.bootstrap, *connections)
	if err != nil {
		return nil, err
	}
	group := func(c int) string { return fmt.Sprintf("commit-%d", c) }
	if err := onEach(wires, func(c int, w *wire) error { return commitWhenReady(w, commitRequest(group(c), t, 0)) }); err != nil {
		return nil, err
	}
	done, err := press(wires, *seconds, *pid, func(c int, w *wire, n int) error {
		return commitOnce(w, commitRequest(group(c), t, int64(n+1)))
	})
	if err != nil {
		return nil, err
	}
	at := quantiles(done.took, 0.5, 0.99)
	return commitResult{len(done.took), done.seconds, done.cpuSeconds, at[0], at[1]}, nil
}

// commitRequest commits the same offset for all partitions of the topic, as a consumer that assigns itself would.
func commitRequest(group string, t *target, offset int64) *kmsg.OffsetCommitRequest {
	req := kmsg.NewPtrOffsetCommitRequest()
	req.Version, req.Group, req.Generation = offsetCommitVersion, group, -1
	topic := kmsg.NewOffsetCommitRequestTopic()
	topic.Topic = t.topic
	for partition := range t.partitions {
		p := kmsg.NewOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch, p.Metadata = int32(partition), offset, 0, kmsg.StringPtr("")
		topic.Partitions = append(topic.Partitions, p)
	}
	req.Topics = append(req.Topics, topic)
	return req
}

func commitOnce(w *wire, req *kmsg.OffsetCommitRequest) error {
	resp, err := w.ask(req)
	if err != nil {
		return err
	}
	for _, topic := range resp.(*kmsg.OffsetCommitResponse).Topics {
		for _, partition := range topic.Partitions {
			if partition.ErrorCode != 0 {
				return kerr.ErrorForCode(partition.ErrorCode)
			}
		}
	}
	return nil
}

// commitWhenReady waits for the group's coordinator.
func commitWhenReady(w *wire, req *kmsg.OffsetCommitRequest) error {
	if err := coordinated(w, req.Group); err != nil {
		return err
	}
	return commitOnce(w, req)
}

// coordinated waits until the group has a coordinator that serves it; the first question makes the coordinators' topic.
func coordinated(w *wire, group string) error {
	if err := findCoordinator(w, group); err != nil {
		return err
	}
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Version = 8
	one := kmsg.NewOffsetFetchRequestGroup()
	one.Group = group
	req.Groups = []kmsg.OffsetFetchRequestGroup{one}
	var err error
	for range 600 {
		var answer kmsg.Response
		if answer, err = w.ask(req); err != nil {
			return err
		}
		err = kerr.ErrorForCode(answer.(*kmsg.OffsetFetchResponse).Groups[0].ErrorCode)
		if err == nil || !kerr.IsRetriable(err) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

func findCoordinator(w *wire, group string) error {
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.Version, req.CoordinatorKeys = 4, []string{group}
	var err error
	for range 300 {
		var resp kmsg.Response
		if resp, err = w.ask(req); err != nil {
			return err
		}
		if err = kerr.ErrorForCode(resp.(*kmsg.FindCoordinatorResponse).Coordinators[0].ErrorCode); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
