// Command sarama is ../../CONTRACT.md spoken by github.com/IBM/sarama.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/IBM/sarama"

	"sluice.dev/interop/contract"
)

var brokers = []string{os.Args[1]}

var codecs = map[string]sarama.CompressionCodec{
	"none":   sarama.CompressionNone,
	"gzip":   sarama.CompressionGZIP,
	"snappy": sarama.CompressionSnappy,
	"lz4":    sarama.CompressionLZ4,
	"zstd":   sarama.CompressionZSTD,
}

func main() {
	contract.Serve(handle, fault)
}

func handle(request contract.Request) (any, error) {
	switch request.Op {
	case "hello":
		return map[string]any{
			"codecs": []string{"none", "gzip", "snappy", "lz4", "zstd"},
			"can":    []string{"timestamps", "header-bytes", "admin", "groups", "transactions"},
		}, nil
	case "write":
		return write(request)
	case "read":
		return read(request)
	case "offsets":
		return offsets(request)
	case "flood":
		return flood(request)
	case "drain":
		return drain(request)
	case "stream":
		return stream(request)
	case "provoke":
		attempt := provoked
		if request.Group != "" {
			attempt = provokedOnGroup
		}
		err := attempt(request)
		if err == nil {
			return nil, errors.New("nothing went wrong")
		}
		return fault(err), nil
	case "admin":
		return admin(request.Topic), nil
	case "join", "look", "tell", "leave":
		return members.Handle(request, join)
	case "committed":
		return committed(request)
	case "transaction":
		return transaction(request)
	case "readIsolated":
		return readIsolated(request)
	case "copy":
		return copyInTransactions(request)
	case "groupAdmin":
		return groupAdmin(request), nil
	}
	return nil, fmt.Errorf("no such op: %s", request.Op)
}

func fault(err error) contract.Fault {
	var topic *sarama.TopicError
	if errors.As(err, &topic) {
		message := ""
		if topic.ErrMsg != nil {
			message = *topic.ErrMsg
		}
		return contract.Fault{Type: "sarama.TopicError", Code: int(topic.Err), Message: message}
	}
	var code sarama.KError
	if errors.As(err, &code) {
		return contract.Fault{Type: "sarama.KError", Code: int(code), Message: err.Error()}
	}
	var config sarama.ConfigurationError
	if errors.As(err, &config) {
		return contract.Fault{Type: "sarama.ConfigurationError", Code: -1, Message: err.Error()}
	}
	return contract.Fault{Type: fmt.Sprintf("%T", err), Code: -1, Message: err.Error()}
}

func config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.MaxVersion
	c.Consumer.Return.Errors = true
	return c
}

// producing is idempotent, to partitions of the caller's choice.
func producing(codec string) *sarama.Config {
	c := config()
	c.Producer.Partitioner = sarama.NewManualPartitioner
	c.Producer.Compression = codecs[codec]
	c.Producer.RequiredAcks = sarama.WaitForAll
	c.Producer.Idempotent = true
	c.Producer.Retry.Max = 200
	c.Producer.Return.Successes = true
	c.Producer.Return.Errors = true
	c.Net.MaxOpenRequests = 1
	c.Metadata.Retry.Max = 200
	return c
}

// encoded keeps null apart from empty, which sarama.ByteEncoder does not.
func encoded(bytes contract.Bytes) sarama.Encoder {
	if bytes == nil {
		return nil
	}
	return sarama.ByteEncoder(bytes)
}

func write(request contract.Request) (any, error) {
	producer, err := sarama.NewSyncProducer(brokers, producing(request.Codec))
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	offsets := []int64{}
	for _, batch := range request.Batches {
		messages := make([]*sarama.ProducerMessage, len(batch))
		for i, spec := range batch {
			messages[i] = &sarama.ProducerMessage{
				Topic: request.Topic, Partition: request.Partition,
				Key: encoded(spec.Key), Value: encoded(spec.Value), Timestamp: time.UnixMilli(spec.Timestamp),
			}
			for _, header := range spec.Headers {
				messages[i].Headers = append(messages[i].Headers,
					sarama.RecordHeader{Key: []byte(header.Name), Value: header.Value})
			}
		}
		if err := producer.SendMessages(messages); err != nil {
			return nil, err
		}
		for _, message := range messages {
			offsets = append(offsets, message.Offset)
		}
	}
	return map[string]any{"offsets": offsets}, nil
}

// fetch hands the messages of a partition to see until it returns false.
func fetch(consumer sarama.Consumer, topic string, partition int32, from int64, see func(*sarama.ConsumerMessage) bool) error {
	var partitionConsumer sarama.PartitionConsumer
	// A topic that was made a moment ago may not be led yet, which sarama does not wait for.
	err := contract.Eventually(func() (err error) {
		partitionConsumer, err = consumer.ConsumePartition(topic, partition, from)
		return err
	})
	if err != nil {
		return err
	}
	defer partitionConsumer.AsyncClose()
	for {
		select {
		case message := <-partitionConsumer.Messages():
			if !see(message) {
				return nil
			}
		case err := <-partitionConsumer.Errors():
			// sarama tells of a broker that is away, or has no leader yet, and goes on by itself.
			if errors.Is(err, sarama.ErrOffsetOutOfRange) {
				return err
			}
		case <-time.After(60 * time.Second):
			return errors.New("no more messages in 60 s")
		}
	}
}

func read(request contract.Request) (any, error) {
	c := config()
	client, err := sarama.NewClient(brokers, c)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var from int64
	if request.From.Offset != nil {
		from = *request.From.Offset
	} else if from, err = client.GetOffset(request.Topic, request.Partition, *request.From.Time); err != nil {
		return nil, err
	}
	consumer, err := sarama.NewConsumerFromClient(client)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	records := []contract.Seen{}
	err = fetch(consumer, request.Topic, request.Partition, from, func(message *sarama.ConsumerMessage) bool {
		seen := contract.Seen{
			Offset: message.Offset, Timestamp: message.Timestamp.UnixMilli(),
			Key: contract.Digest(message.Key), Value: contract.Digest(message.Value), Headers: [][2]any{},
		}
		for _, header := range message.Headers {
			seen.Headers = append(seen.Headers, [2]any{string(header.Key), contract.Digest(header.Value)})
		}
		records = append(records, seen)
		return len(records) < request.Count
	})
	return map[string]any{"records": records}, err
}

func offsets(request contract.Request) (any, error) {
	client, err := sarama.NewClient(brokers, config())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	times := append([]int64{sarama.OffsetOldest, sarama.OffsetNewest}, request.Times...)
	found := make([]int64, len(times))
	for i, at := range times {
		if found[i], err = client.GetOffset(request.Topic, request.Partition, at); err != nil {
			return nil, err
		}
	}
	return map[string]any{"earliest": found[0], "latest": found[1], "byTime": found[2:]}, nil
}

func flood(request contract.Request) (any, error) {
	producer, err := sarama.NewSyncProducer(brokers, producing(request.Codec))
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	messages := make([]*sarama.ProducerMessage, request.Count)
	for i := range messages {
		messages[i] = &sarama.ProducerMessage{
			Topic: request.Topic, Partition: int32(request.First+i) % request.Partitions,
			Value: sarama.StringEncoder(strconv.Itoa(request.First + i)),
		}
	}
	return map[string]any{}, producer.SendMessages(messages)
}

func drain(request contract.Request) (any, error) {
	consumer, err := sarama.NewConsumer(brokers, config())
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	values := make([][]int, request.Partitions)
	messages := make(chan *sarama.ConsumerMessage, 1000)
	failed := make(chan error, request.Partitions)
	done := make(chan struct{})
	defer close(done)
	for partition := range request.Partitions {
		values[partition] = []int{}
		go func() {
			failed <- fetch(consumer, request.Topic, partition, sarama.OffsetOldest, func(message *sarama.ConsumerMessage) bool {
				select {
				case messages <- message:
					return true
				case <-done:
					return false
				}
			})
		}()
	}
	for range request.Count {
		select {
		case message := <-messages:
			value, err := strconv.Atoi(string(message.Value))
			if err != nil {
				value = -1
			}
			values[message.Partition] = append(values[message.Partition], value)
		case err := <-failed:
			return nil, err
		}
	}
	return map[string]any{"values": values}, nil
}

func stream(request contract.Request) (any, error) {
	producer, err := sarama.NewAsyncProducer(brokers, producing("none"))
	if err != nil {
		return nil, err
	}
	go func() {
		for i := range request.Count {
			producer.Input() <- &sarama.ProducerMessage{
				Topic: request.Topic, Partition: int32(i) % max(1, request.Partitions),
				Value: sarama.StringEncoder(strconv.Itoa(i)),
			}
			if (i+1)%request.Chunk == 0 {
				contract.Pause(request.PauseMs)
			}
		}
	}()
	acked := 0
	for range request.Count {
		select {
		case <-producer.Successes():
			if acked++; acked%request.Chunk == 0 {
				contract.Progress(acked)
			}
		case err := <-producer.Errors():
			return nil, err
		}
	}
	return map[string]any{"acked": acked}, producer.Close()
}

func provoked(request contract.Request) error {
	c := producing("none")
	c.Producer.MaxMessageBytes = 2_000_000
	c.Metadata.Retry.Max = 2
	client, err := sarama.NewClient(brokers, c)
	if err != nil {
		return err
	}
	defer client.Close()
	produce := func(partition int32, size int) error {
		producer, err := sarama.NewSyncProducerFromClient(client)
		if err != nil {
			return err
		}
		defer producer.Close()
		value := sarama.ByteEncoder(make([]byte, size))
		_, _, err = producer.SendMessage(&sarama.ProducerMessage{Topic: request.Topic, Partition: partition, Value: value})
		return err
	}
	create := func(detail *sarama.TopicDetail) error {
		admin, err := sarama.NewClusterAdminFromClient(client)
		if err != nil {
			return err
		}
		return admin.CreateTopic(request.Topic, detail, false)
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
		return create(&sarama.TopicDetail{
			NumPartitions: 1, ReplicationFactor: 1, ConfigEntries: map[string]*string{"retention.ms": &word},
		})
	case "unknownConfig":
		return create(&sarama.TopicDetail{
			NumPartitions: 1, ReplicationFactor: 1, ConfigEntries: map[string]*string{"no.such.config": &word},
		})
	case "badName", "topicExists":
		return create(&sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 1})
	case "badReplication":
		return create(&sarama.TopicDetail{NumPartitions: 1, ReplicationFactor: 3})
	case "badPartitionCount":
		return create(&sarama.TopicDetail{NumPartitions: 0, ReplicationFactor: 1})
	case "outOfRange":
		consumer, err := sarama.NewConsumerFromClient(client)
		if err != nil {
			return err
		}
		defer consumer.Close()
		return fetch(consumer, request.Topic, 0, 1_000_000, func(*sarama.ConsumerMessage) bool { return false })
	}
	return fmt.Errorf("no such kind: %s", request.Kind)
}
