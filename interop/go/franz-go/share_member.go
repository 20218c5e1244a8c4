package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"sluice.dev/interop/contract"
)

const flushTimeout = 15 * time.Second

// shareMember is a member of a share group in a goroutine of its own.
type shareMember struct {
	name   string
	wanted contract.Request
	client *kgo.Client
	stop   context.CancelFunc
	ended  chan struct{}

	mutex sync.Mutex
	// What the broker said to acknowledgements since the last flush, by partition: the last error counts.
	outcomes map[int32]int
}

var workers = map[string][]*shareMember{}

func shareWork(request contract.Request) (any, error) {
	for i := range request.Members {
		m := &shareMember{name: fmt.Sprintf("%s/%d", request.Worker, i), wanted: request, ended: make(chan struct{})}
		var err error
		m.client, err = client(
			kgo.ShareGroup(request.Group), kgo.ConsumeTopics(request.Topic), kgo.ShareMaxRecords(int32(request.Batch)),
			kgo.ShareMaxRecordsStrict(), kgo.ShareAckCallback(m.onAcked), kgo.FetchMaxWait(200*time.Millisecond),
		)
		if err != nil {
			return nil, err
		}
		var ctx context.Context
		ctx, m.stop = context.WithCancel(context.Background())
		workers[request.Worker] = append(workers[request.Worker], m)
		go m.run(ctx)
	}
	return map[string]any{}, nil
}

func shareStop(request contract.Request) any {
	for _, m := range workers[request.Worker] {
		m.stop()
	}
	for _, m := range workers[request.Worker] {
		<-m.ended
	}
	delete(workers, request.Worker)
	return map[string]any{}
}

func (m *shareMember) run(ctx context.Context) {
	defer close(m.ended)
	defer m.client.Close()
	for ctx.Err() == nil {
		m.takeSome(ctx)
	}
}

func (m *shareMember) takeSome(ctx context.Context) {
	fetches := m.client.PollRecords(ctx, m.wanted.Batch)
	fetches.EachError(func(_ string, _ int32, err error) {
		if !errors.Is(err, context.Canceled) {
			contract.ShareNote(m.name, "failed", fault(err))
		}
	})
	records := fetches.Records()
	if len(records) == 0 {
		return
	}
	took := [][2]any{}
	for _, record := range records {
		took = append(took, [2]any{placeOf(record), record.DeliveryCount()})
	}
	contract.ShareNote(m.name, "took", took)
	contract.Pause(m.wanted.PauseMs)
	m.forget()
	for _, record := range records {
		record.Ack(fateOf(record))
	}
	// It ends before it has heard of all only where the broker is away.
	flushing, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	flushed := m.client.FlushAcks(flushing)
	acked := [][3]any{}
	for _, record := range records {
		acked = append(acked, [3]any{placeOf(record), fateOf(record).String(), m.codeOf(record.Partition, flushed)})
	}
	contract.ShareNote(m.name, "acked", acked)
}

func fateOf(record *kgo.Record) kgo.AckStatus {
	switch {
	case record.Offset%50 == 7:
		return kgo.AckReject
	case record.Offset%10 == 3 && record.DeliveryCount() == 1:
		return kgo.AckRelease
	}
	return kgo.AckAccept
}

func placeOf(record *kgo.Record) string { return fmt.Sprintf("%d-%d", record.Partition, record.Offset) }

func (m *shareMember) forget() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.outcomes = map[int32]int{}
}

func (m *shareMember) onAcked(_ *kgo.Client, results kgo.ShareAckResults) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, result := range results {
		if result.Err != nil {
			m.outcomes[result.Partition] = fault(result.Err).Code
		} else if _, isKnown := m.outcomes[result.Partition]; !isKnown {
			m.outcomes[result.Partition] = 0
		}
	}
}

func (m *shareMember) codeOf(partition int32, flushed error) int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	code, isKnown := m.outcomes[partition]
	if !isKnown || flushed != nil {
		return -1
	}
	return code
}
