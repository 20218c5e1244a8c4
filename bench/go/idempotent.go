package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

type numberedResult struct {
	Batches int64   `json:"batches"`
	Seconds float64 `json:"seconds"`
}

// numbered writes small batches, each of a connection's answered before its next one: by plain producers, or each by an
// idempotent one, to whose numbers the broker holds.
func numbered(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("numbered", flag.ExitOnError)
	t := targetFlags(flags)
	connections := flags.Int("connections", 16, "producers, each with a connection")
	batches := flags.Int64("batches", 50_000, "batches in all")
	records := flags.Int("records", 10, "records of a batch")
	size := flags.Int("size", 100, "bytes of a value")
	acks := flags.Int("acks", 1, "acks")
	idempotent := flags.Bool("idempotent", false, "with producer ids")
	flags.Parse(args)
	wires, err := dialAll(t.bootstrap, *connections)
	if err != nil {
		return nil, err
	}
	producers := make([]producer, *connections)
	err = onEach(wires, func(c int, w *wire) (err error) {
		if producers[c] = plainProducer; *idempotent {
			producers[c], err = newProducer(w, nil)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	batch, _ := buildBatch(*size, 61+*records*(*size+12))
	perBatch := int32(binary.BigEndian.Uint32(batch[57:]))
	var next atomic.Int64
	start := time.Now()
	err = onEach(wires, func(c int, w *wire) error {
		p, own := producers[c], append([]byte(nil), batch...)
		for next.Add(1) <= *batches {
			p.stamp(own)
			if err := write(w, t, *acks, map[int32][]byte{int32(c % t.partitions): own}); err != nil {
				return err
			}
			if *idempotent {
				p.sequence += perBatch
			}
		}
		return nil
	})
	return numberedResult{*batches, time.Since(start).Seconds()}, err
}

type producersResult struct {
	Producers int     `json:"producers"`
	Seconds   float64 `json:"seconds"`
	// The last one of each partition: what resume takes.
	Last string `json:"last"`
}

// producers has many producer ids write a record each, evenly over the partitions.
func producers(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("producers", flag.ExitOnError)
	t := targetFlags(flags)
	count := flags.Int("count", 100_000, "producer ids")
	connections := flags.Int("connections", 16, "connections")
	flags.Parse(args)
	wires, err := dialAll(t.bootstrap, *connections)
	if err != nil {
		return nil, err
	}
	batch, _ := buildBatch(100, 0)
	last := make([]string, t.partitions)
	var left atomic.Int64
	left.Store(int64(*count))
	start := time.Now()
	err = onEach(wires, func(c int, w *wire) error {
		for left.Add(-int64(t.partitions)) >= 0 {
			batches := make(map[int32][]byte, t.partitions)
			for partition := range int32(t.partitions) {
				p, err := newProducer(w, nil)
				if err != nil {
					return err
				}
				own := append([]byte(nil), batch...)
				p.stamp(own)
				batches[partition] = own
				if c == 0 {
					last[partition] = fmt.Sprintf("%d:%d", p.id, p.epoch)
				}
			}
			if err := write(w, t, 1, batches); err != nil {
				return err
			}
		}
		return nil
	})
	return producersResult{*count, time.Since(start).Seconds(), strings.Join(last, ",")}, err
}

type resumedResult struct {
	ResumedMs float64 `json:"resumedMs"`
}

// resume has one producer of each partition write its second record: only who still knows the first one takes it as the
// next.
func resume(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("resume", flag.ExitOnError)
	t := targetFlags(flags)
	last := flags.String("last", "", "a producer of each partition, as id:epoch")
	sequence := flags.Int("sequence", 1, "of the record")
	flags.Parse(args)
	start := time.Now()
	wires, err := dialAll(t.bootstrap, 1)
	if err != nil {
		return nil, err
	}
	batch, _ := buildBatch(100, 0)
	for partition, name := range strings.Split(*last, ",") {
		id, epoch, _ := strings.Cut(name, ":")
		p := producer{sequence: int32(*sequence)}
		if p.id, err = strconv.ParseInt(id, 10, 64); err != nil {
			return nil, err
		}
		number, err := strconv.ParseInt(epoch, 10, 16)
		if err != nil {
			return nil, err
		}
		p.epoch = int16(number)
		p.stamp(batch)
		err = patiently(func() error { return write(wires[0], t, 1, map[int32][]byte{int32(partition): batch}) })
		if err != nil {
			return nil, err
		}
	}
	return resumedResult{float64(time.Since(start).Microseconds()) / 1000}, nil
}
