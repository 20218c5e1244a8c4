package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kversion"

	"sluice.dev/interop/contract"
)

var transactional = map[string]*kgo.Client{}

// transactionalOptions: with version 1 the client speaks as clients did before KIP-890.
func transactionalOptions(request contract.Request) []kgo.Opt {
	options := []kgo.Opt{kgo.TransactionalID(request.TransactionalID)}
	if request.TimeoutMs > 0 {
		options = append(options, kgo.TransactionTimeout(time.Duration(request.TimeoutMs)*time.Millisecond))
	}
	if request.Version == 1 {
		options = append(options, kgo.MaxVersions(kversion.V3_9_0()))
	}
	return options
}

func transaction(ctx context.Context, request contract.Request) (any, error) {
	done := map[string]any{}
	if request.What == "open" {
		cl, err := producer("none", transactionalOptions(request)...)
		if err != nil {
			return nil, err
		}
		transactional[request.Producer] = cl
		// Its id is asked for here, where another client would fence the former one.
		_, _, err = cl.ProducerID(ctx)
		return done, err
	}
	cl := transactional[request.Producer]
	switch request.What {
	case "begin":
		return done, cl.BeginTransaction()
	case "send":
		records := make([]*kgo.Record, len(request.To))
		for i, to := range request.To {
			records[i] = &kgo.Record{Topic: to.Topic, Partition: to.Partition, Key: to.Key, Value: []byte(to.Value)}
		}
		return done, cl.ProduceSync(ctx, records...).FirstErr()
	case "commit":
		return done, cl.EndTransaction(ctx, kgo.TryCommit)
	case "abort":
		return done, cl.EndTransaction(ctx, kgo.TryAbort)
	case "close":
		cl.Close()
		delete(transactional, request.Producer)
		return done, nil
	}
	return nil, fmt.Errorf("no such step: %s", request.What)
}

// readIsolated reads until count records came, and then for as long as silenceMs.
func readIsolated(ctx context.Context, request contract.Request) (any, error) {
	level := kgo.ReadUncommitted()
	if request.Isolation == "read_committed" {
		level = kgo.ReadCommitted()
	}
	from := map[int32]kgo.Offset{}
	values := make([][]int, request.Partitions)
	for partition := range request.Partitions {
		from[partition] = kgo.NewOffset().AtStart()
		values[partition] = []int{}
	}
	cl, err := consumer(request.Topic, from, kgo.FetchIsolationLevel(level), kgo.FetchMaxWait(50*time.Millisecond))
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	silence := time.Duration(request.SilenceMs) * time.Millisecond
	left := request.Count
	until := time.Now().Add(20 * time.Second)
	if left == 0 {
		until = time.Now().Add(silence)
	}
	for time.Now().Before(until) {
		polled, cancel := context.WithDeadline(ctx, until)
		cl.PollFetches(polled).EachRecord(func(record *kgo.Record) {
			value, _ := strconv.Atoi(string(record.Value))
			values[record.Partition] = append(values[record.Partition], value)
			if left--; left == 0 {
				until = time.Now().Add(silence)
			}
		})
		cancel()
	}
	return map[string]any{"values": values}, nil
}

// copyInTransactions aborts each third transaction and does it again.
func copyInTransactions(ctx context.Context, request contract.Request) (any, error) {
	session, err := kgo.NewGroupTransactSession(append([]kgo.Opt{
		kgo.SeedBrokers(bootstrap),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ConsumerGroup(request.Group),
		kgo.ConsumeTopics(request.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(50 * time.Millisecond),
		kgo.RequireStableFetchOffsets(),
		kgo.SessionTimeout(6 * time.Second),
		kgo.HeartbeatInterval(time.Second),
	}, transactionalOptions(request)...)...)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	left, aborted := request.Count, 0
	for round := 0; left > 0; {
		records := session.PollRecords(ctx, 20).Records()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(records) == 0 {
			continue
		}
		if err := session.Begin(); err != nil {
			return nil, err
		}
		copies := make([]*kgo.Record, len(records))
		for i, record := range records {
			copies[i] = &kgo.Record{Topic: request.Into, Partition: record.Partition, Value: record.Value}
		}
		if err := session.ProduceSync(ctx, copies...).FirstErr(); err != nil {
			return nil, err
		}
		committed, err := session.End(ctx, kgo.TransactionEndTry(round%3 != 1))
		if err != nil {
			return nil, err
		}
		if committed {
			left -= len(records)
		} else {
			aborted++
		}
		round++
	}
	return map[string]any{"aborted": aborted}, nil
}
