// Command franz-go is ../../CONTRACT.md spoken by github.com/twmb/franz-go.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"sluice.dev/interop/contract"
)

var bootstrap = os.Args[1]

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

func main() {
	contract.Serve(handle, fault)
}

func handle(request contract.Request) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	switch request.Op {
	case "hello":
		return map[string]any{
			"codecs": []string{"none", "gzip", "snappy", "lz4", "zstd"},
			"can":    []string{"timestamps", "header-bytes", "admin", "groups", "transactions", "transactions-of-old", "shares", "share-checks"},
		}, nil
	case "write":
		return write(ctx, request)
	case "read":
		return read(ctx, request)
	case "offsets":
		return offsets(ctx, request)
	case "flood":
		return flood(ctx, request)
	case "drain":
		return drain(ctx, request)
	case "stream":
		return stream(ctx, request)
	case "provoke":
		return provoke(ctx, request)
	case "admin":
		return admin(ctx, request.Topic), nil
	case "join", "look", "tell", "leave":
		return members.Handle(request, join)
	case "committed":
		return committed(ctx, request)
	case "transaction":
		return transaction(ctx, request)
	case "readIsolated":
		return readIsolated(ctx, request)
	case "copy":
		return copyInTransactions(ctx, request)
	case "shares":
		return shareChecks(ctx, request), nil
	case "shareWork":
		return shareWork(request)
	case "shareStop":
		return shareStop(request), nil
	case "groupAdmin":
		return groupAdmin(ctx, request), nil
	}
	return nil, fmt.Errorf("no such op: %s", request.Op)
}

func fault(err error) contract.Fault {
	var kafka *kerr.Error
	if errors.As(err, &kafka) {
		return contract.Fault{Type: "kerr." + kafka.Message, Code: int(kafka.Code), Message: err.Error()}
	}
	return contract.Fault{Type: fmt.Sprintf("%T", err), Code: -1, Message: err.Error()}
}

func client(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(bootstrap)}, options...)...)
}

func producer(codec string, options ...kgo.Opt) (*kgo.Client, error) {
	return client(append([]kgo.Opt{
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(codecs[codec]),
		kgo.ProducerLinger(5 * time.Millisecond),
		kgo.AllowAutoTopicCreation(),
	}, options...)...)
}

func write(ctx context.Context, request contract.Request) (any, error) {
	cl, err := producer(request.Codec)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	offsets := []int64{}
	for _, batch := range request.Batches {
		records := make([]*kgo.Record, len(batch))
		for i, spec := range batch {
			records[i] = &kgo.Record{
				Topic: request.Topic, Partition: request.Partition,
				Key: spec.Key, Value: spec.Value, Timestamp: time.UnixMilli(spec.Timestamp),
			}
			for _, header := range spec.Headers {
				records[i].Headers = append(records[i].Headers, kgo.RecordHeader{Key: header.Name, Value: header.Value})
			}
		}
		for _, result := range cl.ProduceSync(ctx, records...) {
			if result.Err != nil {
				return nil, result.Err
			}
			offsets = append(offsets, result.Record.Offset)
		}
	}
	return map[string]any{"offsets": offsets}, nil
}

// fetch hands records to see until it returns false.
func fetch(ctx context.Context, cl *kgo.Client, see func(*kgo.Record) bool) error {
	for {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return err
		}
		for iter := fetches.RecordIter(); !iter.Done(); {
			if !see(iter.Next()) {
				return nil
			}
		}
	}
}

func consumer(topic string, from map[int32]kgo.Offset, options ...kgo.Opt) (*kgo.Client, error) {
	return client(append(options, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))...)
}

func read(ctx context.Context, request contract.Request) (any, error) {
	from := kgo.NewOffset()
	if request.From.Offset != nil {
		from = from.At(*request.From.Offset)
	} else {
		from = from.AfterMilli(*request.From.Time)
	}
	cl, err := consumer(request.Topic, map[int32]kgo.Offset{request.Partition: from})
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	records := []contract.Seen{}
	err = fetch(ctx, cl, func(record *kgo.Record) bool {
		seen := contract.Seen{
			Offset: record.Offset, Timestamp: record.Timestamp.UnixMilli(),
			Key: contract.Digest(record.Key), Value: contract.Digest(record.Value), Headers: [][2]any{},
		}
		for _, header := range record.Headers {
			seen.Headers = append(seen.Headers, [2]any{header.Key, contract.Digest(header.Value)})
		}
		records = append(records, seen)
		return len(records) < request.Count
	})
	return map[string]any{"records": records}, err
}

func offsets(ctx context.Context, request contract.Request) (any, error) {
	cl, err := client()
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	one := func(listed kadm.ListedOffsets, err error) (int64, error) {
		if err != nil {
			return 0, err
		}
		offset, ok := listed.Lookup(request.Topic, request.Partition)
		if !ok {
			return 0, fmt.Errorf("no offset for partition %d", request.Partition)
		}
		return offset.Offset, offset.Err
	}
	earliest, err := one(adm.ListStartOffsets(ctx, request.Topic))
	if err != nil {
		return nil, err
	}
	latest, err := one(adm.ListEndOffsets(ctx, request.Topic))
	if err != nil {
		return nil, err
	}
	byTime := []int64{}
	for _, at := range request.Times {
		offset, err := one(adm.ListOffsetsAfterMilli(ctx, at, request.Topic))
		if err != nil {
			return nil, err
		}
		// kadm asks for the end offset where no record is as late as that.
		if offset == latest {
			offset = -1
		}
		byTime = append(byTime, offset)
	}
	return map[string]any{"earliest": earliest, "latest": latest, "byTime": byTime}, nil
}

func flood(ctx context.Context, request contract.Request) (any, error) {
	// The topic may have been made a moment ago.
	cl, err := producer(request.Codec, kgo.UnknownTopicRetries(50))
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	records := make([]*kgo.Record, request.Count)
	for i := range records {
		records[i] = &kgo.Record{
			Topic: request.Topic, Partition: int32(request.First+i) % request.Partitions,
			Value: fmt.Appendf(nil, "%d", request.First+i),
		}
	}
	return map[string]any{}, cl.ProduceSync(ctx, records...).FirstErr()
}

func drain(ctx context.Context, request contract.Request) (any, error) {
	from := map[int32]kgo.Offset{}
	values := make([][]int, request.Partitions)
	for partition := range request.Partitions {
		from[partition] = kgo.NewOffset().AtStart()
		values[partition] = []int{}
	}
	cl, err := consumer(request.Topic, from)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	left := request.Count
	err = fetch(ctx, cl, func(record *kgo.Record) bool {
		var value int
		if _, err := fmt.Sscan(string(record.Value), &value); err != nil {
			value = -1
		}
		values[record.Partition] = append(values[record.Partition], value)
		left--
		return left > 0
	})
	return map[string]any{"values": values}, err
}

func stream(ctx context.Context, request contract.Request) (any, error) {
	cl, err := producer("none")
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	var failed error
	acked := 0
	for i := range request.Count {
		partition := int32(i) % max(1, request.Partitions)
		record := &kgo.Record{Topic: request.Topic, Partition: partition, Value: fmt.Appendf(nil, "%d", i)}
		// Promises run one after another.
		cl.Produce(ctx, record, func(_ *kgo.Record, err error) {
			if err != nil {
				failed = err
				return
			}
			if acked++; acked%request.Chunk == 0 {
				contract.Progress(acked)
			}
		})
		if (i+1)%request.Chunk == 0 {
			contract.Pause(request.PauseMs)
		}
	}
	if err := cl.Flush(ctx); err != nil {
		return nil, err
	}
	return map[string]any{"acked": acked}, failed
}

func provoke(ctx context.Context, request contract.Request) (any, error) {
	attempt := provoked
	if request.Group != "" {
		attempt = provokedOnGroup
	}
	err := attempt(ctx, request)
	if err == nil {
		return nil, errors.New("nothing went wrong")
	}
	return fault(err), nil
}

func provoked(ctx context.Context, request contract.Request) error {
	cl, err := producer("none", kgo.ProducerBatchMaxBytes(2_000_000))
	if err != nil {
		return err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	produce := func(partition int32, size int) error {
		record := &kgo.Record{Topic: request.Topic, Partition: partition, Value: make([]byte, size)}
		return cl.ProduceSync(ctx, record).FirstErr()
	}
	create := func(partitions int32, replication int16, configs map[string]*string) error {
		created, err := adm.CreateTopics(ctx, partitions, replication, configs, request.Topic)
		if err != nil {
			return err
		}
		return created[request.Topic].Err
	}
	word := "word"
	switch request.Kind {
	case "unknownTopic":
		return produce(0, 1)
	case "tooLarge":
		return produce(0, 50_000)
	case "badPartition":
		return produce(99, 1)
	case "badConfig":
		return create(1, 1, map[string]*string{"retention.ms": &word})
	case "unknownConfig":
		return create(1, 1, map[string]*string{"no.such.config": &word})
	case "badName", "topicExists":
		return create(1, 1, nil)
	case "badReplication":
		return create(1, 3, nil)
	case "badPartitionCount":
		return create(0, 1, nil)
	case "outOfRange":
		at := map[int32]kgo.Offset{0: kgo.NewOffset().At(1_000_000)}
		reader, err := consumer(request.Topic, at, kgo.ConsumeResetOffset(kgo.NoResetOffset()))
		if err != nil {
			return err
		}
		defer reader.Close()
		return fetch(ctx, reader, func(*kgo.Record) bool { return false })
	}
	return fmt.Errorf("no such kind: %s", request.Kind)
}
