package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

type consumeResult struct {
	Records  int64   `json:"records"`
	Bytes    int64   `json:"bytes"`
	Requests int64   `json:"requests"`
	Seconds  float64 `json:"seconds"`
}

type fetchSettings struct {
	maxBytes, partitionMaxBytes, minBytes, maxWaitMs int
	idle                                             time.Duration
}

// consume reads whole batches by partition, one fetch for all partitions of a broker at a time, and counts records by
// the batches' headers. It ends after so many records, or when nothing came for a while.
func consume(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("consume", flag.ExitOnError)
	t := targetFlags(flags)
	total := flags.Int64("records", 1_000_000, "records for each consumer")
	consumers := flags.Int("consumers", 1, "consumers, each reading everything")
	fromEnd := flags.Bool("from-end", false, "start at the end of the log")
	var s fetchSettings
	flags.IntVar(&s.maxBytes, "max-bytes", 50<<20, "fetch.max.bytes")
	flags.IntVar(&s.partitionMaxBytes, "partition-max-bytes", 1<<20, "max.partition.fetch.bytes")
	flags.IntVar(&s.minBytes, "min-bytes", 1, "fetch.min.bytes")
	flags.IntVar(&s.maxWaitMs, "max-wait", 500, "fetch.max.wait.ms")
	flags.DurationVar(&s.idle, "idle", 10*time.Second, "give up after so long without records")
	flags.Parse(args)
	results := make([]consumeResult, *consumers)
	errs := make([]error, *consumers)
	ready := make(chan struct{}, *consumers)
	start := time.Now()
	var running sync.WaitGroup
	for i := range results {
		running.Go(func() { results[i], errs[i] = consumeAll(ctx, t, *total, *fromEnd, s, ready) })
	}
	if *fromEnd {
		for range results {
			<-ready
		}
		// The caller starts the producer when it reads this line.
		fmt.Println(`{"ready":true}`)
	}
	running.Wait()
	var sum consumeResult
	for i, result := range results {
		if errs[i] != nil {
			return nil, errs[i]
		}
		sum.Records += result.Records
		sum.Bytes += result.Bytes
		sum.Requests += result.Requests
	}
	sum.Seconds = time.Since(start).Seconds()
	return sum, nil
}

func consumeAll(ctx context.Context, t *target, total int64, fromEnd bool, s fetchSettings, ready chan<- struct{}) (r consumeResult, err error) {
	defer func() {
		if err != nil {
			ready <- struct{}{}
		}
	}()
	cl, err := t.connect()
	if err != nil {
		return r, err
	}
	defer cl.Close()
	place, err := t.place(ctx, cl)
	if err != nil {
		return r, err
	}
	offsets := make([]int64, len(place.leaders))
	if fromEnd {
		if offsets, err = endOffsets(ctx, cl, t, place); err != nil {
			return r, err
		}
	}
	ready <- struct{}{}
	lastRecords := time.Now()
	for r.Records < total {
		resp, err := fetchOnce(ctx, cl, t, place, offsets, s)
		if err != nil {
			return r, err
		}
		r.Requests++
		before := r.Records
		for _, topic := range resp.Topics {
			for _, partition := range topic.Partitions {
				if err := kerr.ErrorForCode(partition.ErrorCode); err != nil {
					return r, err
				}
				records, next := countRecords(partition.RecordBatches, offsets[partition.Partition])
				offsets[partition.Partition] = next
				r.Records += records
				r.Bytes += int64(len(partition.RecordBatches))
			}
		}
		if r.Records > before {
			lastRecords = time.Now()
		} else if time.Since(lastRecords) > s.idle {
			return r, fmt.Errorf("nothing more came after %d of %d records", r.Records, total)
		}
	}
	return r, nil
}

func fetchOnce(ctx context.Context, cl *kgo.Client, t *target, p *placement, offsets []int64, s fetchSettings) (*kmsg.FetchResponse, error) {
	topic := kmsg.NewFetchRequestTopic()
	topic.Topic, topic.TopicID = t.topic, p.topicID
	for partition, offset := range offsets {
		part := kmsg.NewFetchRequestTopicPartition()
		part.Partition, part.FetchOffset, part.PartitionMaxBytes = int32(partition), offset, int32(s.partitionMaxBytes)
		topic.Partitions = append(topic.Partitions, part)
	}
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = int32(s.maxWaitMs), int32(s.minBytes), int32(s.maxBytes)
	req.Topics = append(req.Topics, topic)
	resp, err := cl.Broker(int(p.leaders[0])).Request(ctx, req)
	if err != nil {
		return nil, err
	}
	return resp.(*kmsg.FetchResponse), nil
}

// countRecords walks whole batches; the last one may have been cut.
func countRecords(batches []byte, from int64) (records, next int64) {
	next = from
	for len(batches) >= 61 {
		size := 12 + int(binary.BigEndian.Uint32(batches[8:]))
		if size > len(batches) {
			break
		}
		base := int64(binary.BigEndian.Uint64(batches))
		end := base + int64(binary.BigEndian.Uint32(batches[23:])) + 1
		records += end - max(base, next)
		next = end
		batches = batches[size:]
	}
	return records, next
}

func endOffsets(ctx context.Context, cl *kgo.Client, t *target, p *placement) ([]int64, error) {
	topic := kmsg.NewListOffsetsRequestTopic()
	topic.Topic = t.topic
	for partition := range p.leaders {
		part := kmsg.NewListOffsetsRequestTopicPartition()
		part.Partition, part.Timestamp = int32(partition), -1
		topic.Partitions = append(topic.Partitions, part)
	}
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	req.Topics = append(req.Topics, topic)
	resp, err := cl.Broker(int(p.leaders[0])).Request(ctx, req)
	if err != nil {
		return nil, err
	}
	offsets := make([]int64, len(p.leaders))
	for _, partition := range resp.(*kmsg.ListOffsetsResponse).Topics[0].Partitions {
		if err := kerr.ErrorForCode(partition.ErrorCode); err != nil {
			return nil, err
		}
		offsets[partition.Partition] = partition.Offset
	}
	return offsets, nil
}
