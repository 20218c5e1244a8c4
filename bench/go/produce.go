package main

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

type produceResult struct {
	Records int64   `json:"records"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
}

// produce sends the same full batch again and again: each sender to a partition of its own, or all round robin.
func produce(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("produce", flag.ExitOnError)
	t := targetFlags(flags)
	total := flags.Int64("records", 1_000_000, "how many records, about")
	size := flags.Int("size", 100, "bytes of a value")
	batchBytes := flags.Int("batch-bytes", 1_000_000, "bytes of a batch, at most")
	acks := flags.Int("acks", 1, "acks")
	inFlight := flags.Int("in-flight", 2, "requests in flight for each partition")
	rate := flags.Float64("rate", 0, "records a second; 0 is as fast as it goes")
	senders := flags.Int("senders", 0, "requests in flight in all, each for the next partition, instead of -in-flight")
	connections := flags.Int("connections", 1, "connections that they are spread over")
	flags.Parse(args)
	clients := make([]*kgo.Client, *connections)
	for i := range clients {
		cl, err := t.connect(withAcks(*acks)...)
		if err != nil {
			return nil, err
		}
		defer cl.Close()
		// Dialled before the clock starts.
		if err := cl.Ping(ctx); err != nil {
			return nil, err
		}
		clients[i] = cl
	}
	place, err := t.place(ctx, clients[0])
	if err != nil {
		return nil, err
	}
	inAll := *senders
	if inAll == 0 {
		inAll = *inFlight * t.partitions
	}
	batch, perBatch := buildBatch(*size, *batchBytes)
	batches := (*total + int64(perBatch) - 1) / int64(perBatch)
	var next atomic.Int64
	var failure atomic.Pointer[error]
	start := time.Now()
	var running sync.WaitGroup
	for i := range inAll {
		cl, partition := clients[i%len(clients)], int32(i%t.partitions)
		running.Go(func() {
			for failure.Load() == nil {
				n := next.Add(1) - 1
				if n >= batches {
					return
				}
				if *rate > 0 {
					due := start.Add(time.Duration(float64(n*int64(perBatch)) / *rate * float64(time.Second)))
					time.Sleep(time.Until(due))
				}
				if *senders > 0 {
					partition = int32(n % int64(t.partitions))
				}
				if err := sendBatch(ctx, cl, t, place, partition, batch, *acks); err != nil {
					failure.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	running.Wait()
	if err := failure.Load(); err != nil {
		return nil, *err
	}
	return produceResult{batches * int64(perBatch), batches * int64(len(batch)), time.Since(start).Seconds()}, nil
}

func sendBatch(ctx context.Context, cl *kgo.Client, t *target, p *placement, partition int32, batch []byte, acks int) error {
	part := kmsg.NewProduceRequestTopicPartition()
	part.Partition, part.Records = partition, batch
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic, topic.TopicID = t.topic, p.topicID
	topic.Partitions = append(topic.Partitions, part)
	req := kmsg.NewPtrProduceRequest()
	req.Acks, req.TimeoutMillis = int16(acks), 30_000
	req.Topics = append(req.Topics, topic)
	resp, err := cl.Broker(int(p.leaders[partition])).Request(ctx, req)
	if err != nil {
		return err
	}
	answer := resp.(*kmsg.ProduceResponse).Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(answer.ErrorCode); err != nil {
		return fmt.Errorf("partition %d: %w", partition, err)
	}
	return nil
}
