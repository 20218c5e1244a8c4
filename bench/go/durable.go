package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// produceByName is the last version whose topics have names.
const produceByName = 12

type durableResult struct {
	Records    int     `json:"records"`
	Seconds    float64 `json:"seconds"`
	CpuSeconds float64 `json:"cpuSeconds"`
	P50Ms      float64 `json:"p50Ms"`
	P99Ms      float64 `json:"p99Ms"`
}

// durable is many producers, each with a connection of its own and one record in flight, acks=all, to one partition
// after the other.
func durable(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("durable", flag.ExitOnError)
	t := targetFlags(flags)
	producers := flags.Int("producers", 64, "producers")
	seconds := flags.Float64("seconds", 5, "for so long")
	size := flags.Int("size", 100, "bytes of a value")
	pid := flags.Int("pid", 0, "the broker's process")
	flags.Parse(args)
	batch, _ := buildBatch(*size, 0)
	wires, err := dialAll(t.bootstrap, *producers)
	if err != nil {
		return nil, err
	}
	done, err := press(wires, *seconds, *pid, func(c int, w *wire, n int) error {
		return produceOnce(w, t.topic, int32((c+n**producers)%t.partitions), batch)
	})
	if err != nil {
		return nil, err
	}
	at := quantiles(done.took, 0.5, 0.99)
	return durableResult{len(done.took), done.seconds, done.cpuSeconds, at[0], at[1]}, nil
}

func produceOnce(w *wire, topicName string, partition int32, batch []byte) error {
	part := kmsg.NewProduceRequestTopicPartition()
	part.Partition, part.Records = partition, batch
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic = topicName
	topic.Partitions = append(topic.Partitions, part)
	req := kmsg.NewPtrProduceRequest()
	req.Version, req.Acks, req.TimeoutMillis = produceByName, -1, 30_000
	req.Topics = append(req.Topics, topic)
	resp, err := w.ask(req)
	if err != nil {
		return err
	}
	if err := kerr.ErrorForCode(resp.(*kmsg.ProduceResponse).Topics[0].Partitions[0].ErrorCode); err != nil {
		return fmt.Errorf("partition %d: %w", partition, err)
	}
	return nil
}
