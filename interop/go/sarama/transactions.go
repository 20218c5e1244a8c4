package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"sluice.dev/interop/contract"
)

var transactional = map[string]sarama.SyncProducer{}

func transactionalProducer(request contract.Request) (sarama.SyncProducer, error) {
	c := producing("none")
	c.Producer.Retry.Max = 20
	c.Producer.Transaction.ID = request.TransactionalID
	if request.TimeoutMs > 0 {
		c.Producer.Transaction.Timeout = time.Duration(request.TimeoutMs) * time.Millisecond
	}
	return sarama.NewSyncProducer(brokers, c)
}

func transaction(request contract.Request) (any, error) {
	done := map[string]any{}
	if request.What == "open" {
		producer, err := transactionalProducer(request)
		transactional[request.Producer] = producer
		return done, err
	}
	producer := transactional[request.Producer]
	switch request.What {
	case "begin":
		return done, producer.BeginTxn()
	case "send":
		messages := make([]*sarama.ProducerMessage, len(request.To))
		for i, to := range request.To {
			messages[i] = &sarama.ProducerMessage{
				Topic: to.Topic, Partition: to.Partition, Value: sarama.StringEncoder(to.Value),
			}
			if to.Key != nil {
				messages[i].Key = sarama.ByteEncoder(to.Key)
			}
		}
		return done, sent(producer, messages)
	case "offsets":
		offsets := map[string][]*sarama.PartitionOffsetMetadata{
			request.Topic: {{Partition: 0, Offset: request.Offset}},
		}
		return done, producer.AddOffsetsToTxn(offsets, request.Group)
	case "commit":
		return done, producer.CommitTxn()
	case "abort":
		return done, producer.AbortTxn()
	case "close":
		delete(transactional, request.Producer)
		return done, producer.Close()
	}
	return nil, fmt.Errorf("no such step: %s", request.What)
}

// sent tells the first of the errors: sarama hands all of them out as one.
func sent(producer sarama.SyncProducer, messages []*sarama.ProducerMessage) error {
	err := producer.SendMessages(messages)
	if several, ok := err.(sarama.ProducerErrors); ok && len(several) > 0 {
		return several[0].Err
	}
	return err
}

// readIsolated reads until count records came, and then for as long as silenceMs.
func readIsolated(request contract.Request) (any, error) {
	c := config()
	c.Consumer.MaxWaitTime = 50 * time.Millisecond
	c.Consumer.IsolationLevel = sarama.ReadUncommitted
	if request.Isolation == "read_committed" {
		c.Consumer.IsolationLevel = sarama.ReadCommitted
	}
	consumer, err := sarama.NewConsumer(brokers, c)
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	values := make([][]int, request.Partitions)
	messages := make(chan *sarama.ConsumerMessage)
	for partition := range request.Partitions {
		values[partition] = []int{}
		reader, err := consumer.ConsumePartition(request.Topic, partition, sarama.OffsetOldest)
		if err != nil {
			return nil, err
		}
		defer reader.AsyncClose()
		go func() {
			for message := range reader.Messages() {
				messages <- message
			}
		}()
	}
	silence := time.Duration(request.SilenceMs) * time.Millisecond
	left := request.Count
	patience := time.NewTimer(20 * time.Second)
	if left == 0 {
		patience.Reset(silence)
	}
	for {
		select {
		case message := <-messages:
			value, _ := strconv.Atoi(string(message.Value))
			values[message.Partition] = append(values[message.Partition], value)
			if left--; left == 0 {
				patience.Reset(silence)
			}
		case <-patience.C:
			go func() {
				for range messages {
				}
			}()
			return map[string]any{"values": values}, nil
		}
	}
}

// copier copies each record in a transaction of its own, and aborts each third.
type copier struct {
	producer sarama.SyncProducer
	request  contract.Request
	stop     context.CancelFunc
	lock     sync.Mutex
	left     int
	round    int
	aborted  int
	err      error
}

func (*copier) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*copier) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (c *copier) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, ok := <-claim.Messages():
			if !ok {
				return nil
			}
			if err := c.copied(message); err != nil {
				c.err = err
				c.stop()
				return err
			}
		case <-session.Context().Done():
			return nil
		}
	}
}

func (c *copier) copied(message *sarama.ConsumerMessage) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	for isDone := false; !isDone; c.round++ {
		isDone = c.round%3 != 1
		if err := c.producer.BeginTxn(); err != nil {
			return err
		}
		value := sarama.ByteEncoder(message.Value)
		one := &sarama.ProducerMessage{Topic: c.request.Into, Partition: message.Partition, Value: value}
		if err := sent(c.producer, []*sarama.ProducerMessage{one}); err != nil {
			return err
		}
		if err := c.producer.AddMessageToTxn(message, c.request.Group, nil); err != nil {
			return err
		}
		if !isDone {
			c.aborted++
			if err := c.producer.AbortTxn(); err != nil {
				return err
			}
		} else if err := c.producer.CommitTxn(); err != nil {
			return err
		}
	}
	if c.left--; c.left == 0 {
		c.stop()
	}
	return nil
}

func copyInTransactions(request contract.Request) (any, error) {
	producer, err := transactionalProducer(request)
	if err != nil {
		return nil, err
	}
	defer producer.Close()
	c := config()
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Offsets.AutoCommit.Enable = false
	c.Consumer.IsolationLevel = sarama.ReadCommitted
	group, err := sarama.NewConsumerGroup(brokers, request.Group, c)
	if err != nil {
		return nil, err
	}
	defer group.Close()
	ctx, stop := context.WithTimeout(context.Background(), 60*time.Second)
	defer stop()
	handler := &copier{producer: producer, request: request, stop: stop, left: request.Count}
	for ctx.Err() == nil {
		if err := group.Consume(ctx, []string{request.Topic}, handler); err != nil && ctx.Err() == nil {
			return nil, err
		}
	}
	if handler.err == nil && handler.left > 0 {
		return nil, fmt.Errorf("%d records were not copied in time", handler.left)
	}
	return map[string]any{"aborted": handler.aborted}, handler.err
}
