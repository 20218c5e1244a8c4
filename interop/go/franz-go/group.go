package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice.dev/interop/contract"
)

var members = contract.Members{}

var balancers = map[string]kgo.GroupBalancer{
	"range":              kgo.RangeBalancer(),
	"roundrobin":         kgo.RoundRobinBalancer(),
	"sticky":             kgo.StickyBalancer(),
	"cooperative-sticky": kgo.CooperativeStickyBalancer(),
	// The broker's own, as this client names it.
	"uniform": kgo.StickyBalancer(),
}

// member polls in a goroutine of its own.
type member struct {
	contract.Notes
	client *kgo.Client
	wanted contract.Request
	tasks  chan func()
	ctx    context.Context
	stop   context.CancelFunc
	ended  chan struct{}
}

func join(wanted contract.Request) (contract.Member, error) {
	m := &member{wanted: wanted, tasks: make(chan func(), 10), ended: make(chan struct{})}
	m.ctx, m.stop = context.WithCancel(context.Background())
	moved := func(how string) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, partitions map[string][]int32) { m.Moved(how, partitions) }
	}
	options := []kgo.Opt{
		kgo.ConsumerGroup(wanted.Group), kgo.ConsumeTopics(wanted.Topics...),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(100 * time.Millisecond),
		kgo.MetadataMinAge(500 * time.Millisecond), kgo.MetadataMaxAge(2 * time.Second),
		kgo.HeartbeatInterval(500 * time.Millisecond), kgo.SessionTimeout(wanted.SessionTimeout()),
		kgo.OnPartitionsAssigned(moved("assigned")), kgo.OnPartitionsRevoked(moved("revoked")), kgo.OnPartitionsLost(moved("lost")),
		kgo.BlockRebalanceOnPoll(),
	}
	if wanted.Commit != "auto" {
		options = append(options, kgo.DisableAutoCommit())
	}
	if balancer, ok := balancers[wanted.Assignor]; ok {
		options = append(options, kgo.Balancers(balancer))
	}
	if wanted.Protocol == "consumer" {
		options = append(options, kgo.ServerSideBalancer())
	}
	if wanted.InstanceID != "" {
		options = append(options, kgo.InstanceID(wanted.InstanceID))
	}
	var err error
	if m.client, err = client(options...); err != nil {
		return nil, err
	}
	go m.run()
	return m, nil
}

func (m *member) run() {
	defer close(m.ended)
	for m.ctx.Err() == nil {
		for range len(m.tasks) {
			(<-m.tasks)()
		}
		ctx, cancel := context.WithTimeout(m.ctx, 100*time.Millisecond)
		fetches := m.client.PollRecords(ctx, 500)
		cancel()
		fetches.EachError(func(_ string, _ int32, err error) {
			if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
				m.Failed(fault(err))
				contract.Pause(100)
			}
		})
		if records := fetches.Records(); len(records) > 0 {
			m.see(records)
		}
		m.client.AllowRebalance()
	}
	m.client.CloseAllowingRebalance()
}

func (m *member) see(records []*kgo.Record) {
	offsets := map[string]map[int32]kgo.EpochOffset{}
	for _, record := range records {
		m.Took(record.Topic, record.Partition, record.Offset, record.Value)
		if offsets[record.Topic] == nil {
			offsets[record.Topic] = map[int32]kgo.EpochOffset{}
		}
		offsets[record.Topic][record.Partition] = kgo.EpochOffset{Epoch: record.LeaderEpoch, Offset: record.Offset + 1}
	}
	switch m.wanted.Commit {
	case "", "sync":
		m.client.CommitOffsetsSync(withMetadata(m.ctx, m.wanted.Metadata), offsets, m.onCommit("committed"))
	case "async":
		m.client.CommitOffsets(withMetadata(m.ctx, m.wanted.Metadata), offsets, m.onCommit("committed"))
	}
}

func withMetadata(ctx context.Context, metadata string) context.Context {
	return kgo.PreCommitFnContext(ctx, func(request *kmsg.OffsetCommitRequest) error {
		for i := range request.Topics {
			for j := range request.Topics[i].Partitions {
				request.Topics[i].Partitions[j].Metadata = &metadata
			}
		}
		return nil
	})
}

func (m *member) onCommit(what string) func(*kgo.Client, *kmsg.OffsetCommitRequest, *kmsg.OffsetCommitResponse, error) {
	return func(_ *kgo.Client, request *kmsg.OffsetCommitRequest, response *kmsg.OffsetCommitResponse, err error) {
		if err != nil {
			m.Failed(fault(err))
			return
		}
		sent := map[string]int64{}
		for _, topic := range request.Topics {
			for _, partition := range topic.Partitions {
				sent[contract.Place(topic.Topic, partition.Partition)] = partition.Offset
			}
		}
		for _, topic := range response.Topics {
			for _, partition := range topic.Partitions {
				place := contract.Place(topic.Topic, partition.Partition)
				if err := kerr.ErrorForCode(partition.ErrorCode); err != nil {
					m.Failed(fault(err))
				} else {
					m.Note(what, place, sent[place])
				}
			}
		}
	}
}

func (m *member) Tell(request contract.Request) error {
	done := make(chan error, 1)
	m.tasks <- func() { done <- m.tell(request) }
	select {
	case err := <-done:
		return err
	case <-m.ended:
		return errors.New("the member has ended")
	}
}

func (m *member) tell(request contract.Request) (err error) {
	at := map[string]map[int32]kgo.EpochOffset{request.Topic: {request.Partition: {Epoch: -1, Offset: request.Offset}}}
	switch request.What {
	case "pause":
		m.client.PauseFetchTopics(m.wanted.Topics...)
	case "resume":
		m.client.ResumeFetchTopics(m.wanted.Topics...)
	case "seek":
		m.Note("sought", contract.Place(request.Topic, request.Partition), request.Offset)
		m.client.SetOffsets(at)
	case "commit":
		m.client.CommitOffsetsSync(withMetadata(m.ctx, request.Metadata), at, func(cl *kgo.Client, request *kmsg.OffsetCommitRequest, response *kmsg.OffsetCommitResponse, failed error) {
			m.onCommit("recommitted")(cl, request, response, failed)
			err = failed
		})
	default:
		err = fmt.Errorf("no such thing to tell: %s", request.What)
	}
	return err
}

func (m *member) Leave() {
	m.stop()
	<-m.ended
}

func committed(ctx context.Context, request contract.Request) (any, error) {
	cl, err := client()
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	fetched, err := kadm.NewClient(cl).FetchOffsetsForTopics(ctx, request.Group, request.Topic)
	if err != nil {
		return nil, err
	}
	reply := contract.Offsets{}
	for partition := range request.Partitions {
		offset, ok := fetched.Lookup(request.Topic, partition)
		if ok && offset.Err != nil {
			return nil, offset.Err
		}
		if !ok {
			offset.At = -1
		}
		reply.Offsets = append(reply.Offsets, offset.At)
		reply.Metadata = append(reply.Metadata, offset.Metadata)
	}
	return reply, nil
}

func provokedOnGroup(ctx context.Context, request contract.Request) error {
	cl, err := client()
	if err != nil {
		return err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	metadata := ""
	switch request.Kind {
	case "longMetadata":
		metadata = strings.Repeat("x", 5000)
		fallthrough
	case "commitAsStranger", "commitUnknownTopic":
		offsets := kadm.Offsets{}
		offsets.Add(kadm.Offset{Topic: request.Topic, Partition: 0, At: 1, LeaderEpoch: -1, Metadata: metadata})
		return adm.CommitAllOffsets(ctx, request.Group, offsets)
	case "deleteGroup":
		deleted, err := adm.DeleteGroup(ctx, request.Group)
		if err != nil {
			return err
		}
		return deleted.Err
	}
	return fmt.Errorf("no such kind: %s", request.Kind)
}
