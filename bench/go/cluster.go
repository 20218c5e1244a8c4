package main

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// target is what every command is told: where, and which topic.
type target struct {
	bootstrap  string
	topic      string
	partitions int
}

func targetFlags(flags *flag.FlagSet) *target {
	var t target
	flags.StringVar(&t.bootstrap, "bootstrap", "127.0.0.1:9092", "address of the cluster")
	flags.StringVar(&t.topic, "topic", "bench", "topic")
	flags.IntVar(&t.partitions, "partitions", 4, "partitions of the topic")
	return &t
}

func (t *target) connect(opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(t.bootstrap), kgo.BrokerMaxReadBytes(1 << 30)}, opts...)...)
}

// placement tells how a topic is addressed since KIP-516 and who leads its partitions.
type placement struct {
	topicID [16]byte
	leaders []int32
}

func (t *target) place(ctx context.Context, cl *kgo.Client) (*placement, error) {
	req := kmsg.NewMetadataRequest()
	topic := kmsg.NewMetadataRequestTopic()
	topic.Topic = kmsg.StringPtr(t.topic)
	req.Topics = append(req.Topics, topic)
	for attempt := 0; attempt < 200; attempt++ {
		resp, err := req.RequestWith(ctx, cl)
		if err != nil {
			return nil, err
		}
		if p := led(resp, t.partitions); p != nil {
			return p, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s has no leaders", t.topic)
}

func led(resp *kmsg.MetadataResponse, partitions int) *placement {
	if len(resp.Topics) != 1 || resp.Topics[0].ErrorCode != 0 || len(resp.Topics[0].Partitions) < partitions {
		return nil
	}
	p := &placement{topicID: resp.Topics[0].TopicID, leaders: make([]int32, len(resp.Topics[0].Partitions))}
	for _, partition := range resp.Topics[0].Partitions {
		if partition.ErrorCode != 0 || partition.Leader < 0 {
			return nil
		}
		p.leaders[partition.Partition] = partition.Leader
	}
	return p
}

func createTopic(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("topic", flag.ExitOnError)
	t := targetFlags(flags)
	configs := flags.String("configs", "", "name=value,name=value")
	flags.Parse(args)
	cl, err := t.connect()
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = t.topic, int32(t.partitions), 1
	for name, value := range settings(*configs) {
		config := kmsg.NewCreateTopicsRequestTopicConfig()
		config.Name, config.Value = name, &value
		topic.Configs = append(topic.Configs, config)
	}
	req := kmsg.NewCreateTopicsRequest()
	req.TimeoutMillis = 30_000
	req.Topics = append(req.Topics, topic)
	resp, err := req.RequestWith(ctx, cl)
	if err != nil {
		return nil, err
	}
	if err := kerr.ErrorForCode(resp.Topics[0].ErrorCode); err != nil {
		return nil, err
	}
	return map[string]string{"topic": t.topic}, untilServed(ctx, cl, t)
}

// settings are those of a -configs flag: name=value,name=value.
func settings(configs string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for setting := range strings.SplitSeq(configs, ",") {
			if name, value, ok := strings.Cut(setting, "="); ok && !yield(name, value) {
				return
			}
		}
	}
}

// How long a broker takes at most until it leads a thousand new partitions, on a slow disk.
const servedAfter = time.Minute

// untilServed waits for the leaders themselves: a broker may show a topic a moment before it leads it.
func untilServed(ctx context.Context, cl *kgo.Client, t *target) error {
	place, err := t.place(ctx, cl)
	for until := time.Now().Add(servedAfter); err == nil; time.Sleep(20 * time.Millisecond) {
		_, refused := endOffsets(ctx, cl, t, place)
		if refused == nil {
			return nil
		}
		if time.Now().After(until) {
			err = refused
		}
	}
	return fmt.Errorf("%s is not served: %w", t.topic, err)
}

// withAcks is needed beside the request's own field: the client sets that to its own option.
func withAcks(acks int) []kgo.Opt {
	switch acks {
	case 0:
		return []kgo.Opt{kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite()}
	case 1:
		return []kgo.Opt{kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite()}
	}
	return []kgo.Opt{kgo.RequiredAcks(kgo.AllISRAcks())}
}
