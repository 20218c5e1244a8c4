package main

import (
	"context"
	"flag"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type clientResult struct {
	Produced       int64   `json:"produced"`
	ProduceSeconds float64 `json:"produceSeconds"`
	Consumed       int64   `json:"consumed"`
	ConsumeSeconds float64 `json:"consumeSeconds"`
}

// client produces and consumes through franz-go's own producer and consumer, as an application does: a check that the
// raw requests of the other commands measure the same thing.
func client(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("client", flag.ExitOnError)
	t := targetFlags(flags)
	total := flags.Int64("records", 1_000_000, "records")
	size := flags.Int("size", 100, "bytes of a value")
	flags.Parse(args)
	assigned := map[string]map[int32]kgo.Offset{t.topic: {}}
	for partition := range t.partitions {
		assigned[t.topic][int32(partition)] = kgo.NewOffset().AtEnd()
	}
	producer, err := t.connect(
		kgo.DefaultProduceTopic(t.topic), kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite(),
		kgo.ProducerBatchMaxBytes(1_000_000), kgo.ProducerLinger(5*time.Millisecond),
		kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.MaxBufferedRecords(100_000),
		kgo.RecordPartitioner(kgo.RoundRobinPartitioner()),
	)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	value := make([]byte, *size)
	var result clientResult
	start := time.Now()
	if err := produceAll(ctx, producer, int(*total), func() *kgo.Record { return &kgo.Record{Value: value} }); err != nil {
		return nil, err
	}
	result.Produced, result.ProduceSeconds = *total, time.Since(start).Seconds()

	for partition := range assigned[t.topic] {
		assigned[t.topic][partition] = kgo.NewOffset().AtStart()
	}
	consumer, err := t.connect(kgo.ConsumePartitions(assigned))
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	start = time.Now()
	for result.Consumed < *total {
		fetches := consumer.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, err
		}
		result.Consumed += int64(fetches.NumRecords())
	}
	result.ConsumeSeconds = time.Since(start).Seconds()
	return result, nil
}

// produceAll sends so many records by the client's own producer and waits for all of them.
func produceAll(ctx context.Context, producer *kgo.Client, count int, next func() *kgo.Record) error {
	var failure atomic.Pointer[error]
	for range count {
		producer.Produce(ctx, next(), func(_ *kgo.Record, err error) {
			if err != nil {
				failure.CompareAndSwap(nil, &err)
			}
		})
	}
	if err := producer.Flush(ctx); err != nil {
		return err
	}
	if err := failure.Load(); err != nil {
		return *err
	}
	return nil
}
