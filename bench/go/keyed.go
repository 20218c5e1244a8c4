package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// keyed fills a topic for compaction: records of so many keys in random order, the same each time; values that compress
// as text does.
func keyed(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("keyed", flag.ExitOnError)
	t := targetFlags(flags)
	total := flags.Int("records", 1_000_000, "records")
	keys := flags.Int("keys", 100_000, "how many keys they have")
	size := flags.Int("size", 100, "bytes of a value")
	codec := flags.String("codec", "none", "none, gzip, snappy, lz4 or zstd")
	batchBytes := flags.Int("batch-bytes", 64_000, "bytes of a batch, at most")
	flags.Parse(args)
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	compression, ok := codecs[*codec]
	if !ok {
		return nil, fmt.Errorf("no codec %q", *codec)
	}
	cl, err := t.connect(
		kgo.DefaultProduceTopic(t.topic), kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite(),
		kgo.ProducerBatchMaxBytes(int32(*batchBytes)), kgo.ProducerLinger(5*time.Millisecond),
		kgo.ProducerBatchCompression(compression), kgo.MaxBufferedRecords(50_000),
	)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	random := rand.New(rand.NewSource(1))
	words := strings.Fields("order shipped paid open customer Berlin London total 100 200 300 items express standard")
	start := time.Now()
	err = produceAll(ctx, cl, *total, func() *kgo.Record {
		value := make([]byte, 0, *size+10)
		for len(value) < *size {
			value = append(append(value, words[random.Intn(len(words))]...), ' ')
		}
		return &kgo.Record{Key: fmt.Appendf(nil, "key-%09d", random.Intn(*keys)), Value: value[:*size]}
	})
	return map[string]float64{"seconds": time.Since(start).Seconds()}, err
}

// configure sets configurations of a topic that exists.
func configure(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("configure", flag.ExitOnError)
	t := targetFlags(flags)
	configs := flags.String("configs", "", "name=value,name=value")
	flags.Parse(args)
	cl, err := t.connect()
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = kmsg.ConfigResourceTypeTopic, t.topic
	for name, value := range settings(*configs) {
		config := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
		config.Name, config.Value = name, &value
		resource.Configs = append(resource.Configs, config)
	}
	req := kmsg.NewIncrementalAlterConfigsRequest()
	req.Resources = append(req.Resources, resource)
	resp, err := req.RequestWith(ctx, cl)
	if err != nil {
		return nil, err
	}
	return map[string]string{"topic": t.topic}, kerr.ErrorForCode(resp.Resources[0].ErrorCode)
}
