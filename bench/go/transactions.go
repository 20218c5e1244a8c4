package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	endTxnVersion          = 5
	txnOffsetCommitVersion = 5
	// As Java's producer waits when the transaction before is still being ended.
	concurrentBackoff = 20 * time.Millisecond
	attempts          = 3_000
	transactional     = 1 << 4
)

type transactionResult struct {
	Transactions int     `json:"transactions"`
	Seconds      float64 `json:"seconds"`
	CpuSeconds   float64 `json:"cpuSeconds"`
	P50Ms        float64 `json:"p50Ms"`
	P99Ms        float64 `json:"p99Ms"`
	// Of an InitProducerId that takes the place of a producer with an open transaction.
	FencingP99Ms float64 `json:"fencingP99Ms"`
}

// transactor makes transactions of version 2 (KIP-890): writes bring their partitions in, and each end raises the
// epoch.
type transactor struct {
	w     *wire
	t     *target
	id    string
	by    producer
	batch []byte
}

// transactions has producers, each with a connection of its own, end one transaction after the other: some records to
// each partition of the topic, and an offset.
func transactions(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("transactions", flag.ExitOnError)
	t := targetFlags(flags)
	producers := flags.Int("producers", 1, "producers")
	seconds := flags.Float64("seconds", 5, "for so long")
	records := flags.Int("records", 10, "records of a transaction")
	size := flags.Int("size", 100, "bytes of a value")
	fencings := flags.Int("fencings", 50, "producers whose place is taken afterwards")
	pid := flags.Int("pid", 0, "the broker's process")
	flags.Parse(args)
	batch := transactionalBatch(*size, max(1, *records/t.partitions))
	wires, err := dialAll(t.bootstrap, *producers)
	if err != nil {
		return nil, err
	}
	all := make([]*transactor, *producers)
	err = onEach(wires, func(c int, w *wire) error {
		all[c] = &transactor{w: w, t: t, id: fmt.Sprintf("bench-%d", c), batch: append([]byte(nil), batch...)}
		if err := all[c].begin(); err != nil {
			return err
		}
		// The first one brings up what is made only once.
		return all[c].transact(0)
	})
	if err != nil {
		return nil, err
	}
	done, err := press(wires, *seconds, *pid, func(c int, _ *wire, n int) error { return all[c].transact(int64(n + 1)) })
	if err != nil {
		return nil, err
	}
	fenced, err := fence(all[0], *fencings)
	if err != nil {
		return nil, err
	}
	at := quantiles(done.took, 0.5, 0.99)
	return transactionResult{len(done.took), done.seconds, done.cpuSeconds, at[0], at[1], quantiles(fenced, 0.99)[0]}, nil
}

// fence leaves a transaction open, and takes its producer's place; again and again.
func fence(x *transactor, count int) ([]time.Duration, error) {
	var took []time.Duration
	for range count {
		if err := x.write(); err != nil {
			return nil, err
		}
		sent := time.Now()
		if err := x.begin(); err != nil {
			return nil, err
		}
		took = append(took, time.Since(sent))
	}
	return took, nil
}

func (x *transactor) begin() error {
	err := x.coordinators()
	if err == nil {
		x.by, err = newProducer(x.w, &x.id)
	}
	return err
}

// coordinators makes the topics of the coordinators, the first time.
func (x *transactor) coordinators() error {
	for keyType, key := range []string{x.group(), x.id} {
		req := kmsg.NewPtrFindCoordinatorRequest()
		req.Version, req.CoordinatorType, req.CoordinatorKeys = 4, int8(keyType), []string{key}
		err := patiently(func() error {
			answer, err := x.w.ask(req)
			if err != nil {
				return err
			}
			return kerr.ErrorForCode(answer.(*kmsg.FindCoordinatorResponse).Coordinators[0].ErrorCode)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *transactor) group() string { return "group-" + x.id }

func (x *transactor) transact(offset int64) error {
	if err := x.write(); err != nil {
		return err
	}
	if err := x.commitOffset(offset); err != nil {
		return err
	}
	req := kmsg.NewPtrEndTxnRequest()
	req.Version, req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Commit = endTxnVersion, x.id, x.by.id, x.by.epoch, true
	return patiently(func() error {
		answer, err := x.w.ask(req)
		if err != nil {
			return err
		}
		resp := answer.(*kmsg.EndTxnResponse)
		if resp.ErrorCode == 0 {
			x.by = producer{id: resp.ProducerID, epoch: resp.ProducerEpoch}
		}
		return kerr.ErrorForCode(resp.ErrorCode)
	})
}

// write sends one batch to each partition. With every epoch sequences begin at 0.
func (x *transactor) write() error {
	x.by.stamp(x.batch)
	pending := make(map[int32][]byte, x.t.partitions)
	for partition := range x.t.partitions {
		pending[int32(partition)] = x.batch
	}
	return patiently(func() error {
		req := writeRequest(x.t.topic, -1, pending)
		req.TransactionID = &x.id
		return send(x.w, req, pending)
	})
}

func (x *transactor) commitOffset(offset int64) error {
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.Version, req.TransactionalID, req.Group = txnOffsetCommitVersion, x.id, x.group()
	req.ProducerID, req.ProducerEpoch, req.Generation = x.by.id, x.by.epoch, -1
	topic := kmsg.NewTxnOffsetCommitRequestTopic()
	topic.Topic = x.t.topic
	p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
	p.Offset, p.LeaderEpoch, p.Metadata = offset, 0, kmsg.StringPtr("")
	topic.Partitions = append(topic.Partitions, p)
	req.Topics = append(req.Topics, topic)
	return patiently(func() error {
		answer, err := x.w.ask(req)
		if err != nil {
			return err
		}
		return kerr.ErrorForCode(answer.(*kmsg.TxnOffsetCommitResponse).Topics[0].Partitions[0].ErrorCode)
	})
}

// patiently asks again while the answer may change.
func patiently(ask func() error) (err error) {
	for range attempts {
		if err = ask(); err == nil || !mayChange(err) {
			return err
		}
		time.Sleep(concurrentBackoff)
	}
	return err
}

// mayChange: the client library counts this one as final.
func mayChange(err error) bool {
	return kerr.IsRetriable(err) || errors.Is(err, kerr.ConcurrentTransactions)
}

func transactionalBatch(size, records int) []byte {
	batch, _ := buildBatch(size, 61+records*(size+12))
	binary.BigEndian.PutUint16(batch[21:], transactional)
	return batch
}
