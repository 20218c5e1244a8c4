package main

import (
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// produceByName is the last version whose topics have names.
const produceByName = 12

// writeRequest has one batch for each of these partitions.
func writeRequest(topicName string, acks int, batches map[int32][]byte) *kmsg.ProduceRequest {
	req := kmsg.NewPtrProduceRequest()
	req.Version, req.Acks, req.TimeoutMillis = produceByName, int16(acks), 30_000
	topic := kmsg.NewProduceRequestTopic()
	topic.Topic = topicName
	for partition, batch := range batches {
		p := kmsg.NewProduceRequestTopicPartition()
		p.Partition, p.Records = partition, batch
		topic.Partitions = append(topic.Partitions, p)
	}
	req.Topics = append(req.Topics, topic)
	return req
}

// write sends one batch to each of these partitions.
func write(w *wire, t *target, acks int, batches map[int32][]byte) error {
	return send(w, writeRequest(t.topic, acks, batches), batches)
}

// send takes away from the batches those that were written.
func send(w *wire, req *kmsg.ProduceRequest, batches map[int32][]byte) error {
	answer, err := w.ask(req)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range answer.(*kmsg.ProduceResponse).Topics[0].Partitions {
		if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
			errs = append(errs, fmt.Errorf("partition %d: %w", p.Partition, err))
		} else {
			delete(batches, p.Partition)
		}
	}
	return errors.Join(errs...)
}
