package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync/atomic"
	"time"
)

type deliveryResult struct {
	Records int     `json:"records"`
	P50Ms   float64 `json:"p50Ms"`
	P99Ms   float64 `json:"p99Ms"`
	MaxMs   float64 `json:"maxMs"`
	// From the produce request to its answer.
	WriteP50Ms float64 `json:"writeP50Ms"`
	WriteP99Ms float64 `json:"writeP99Ms"`
	CpuSeconds float64 `json:"cpuSeconds"`
}

// deliver sends one record after the other to members that wait, and tells how long it takes from the produce request
// until one of them has it.
func deliver(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("deliver", flag.ExitOnError)
	s := newShareFlags(flags)
	seconds := flags.Float64("seconds", 10, "for so long")
	pause := flags.Duration("pause", 10*time.Millisecond, "from one record's arrival to the next record: members wait again by then")
	size := flags.Int("size", 1000, "bytes of a value")
	acks := flags.Int("acks", -1, "acks")
	flags.Parse(args)
	members, err := s.joinAll()
	if err != nil {
		return nil, err
	}
	writer, err := dial(s.bootstrap)
	if err != nil {
		return nil, err
	}
	// The first fetch sees what is there already.
	for _, member := range members {
		if err := member.drain(); err != nil {
			return nil, err
		}
	}
	arrived := make(chan time.Time, 1)
	failed := make(chan error, len(members))
	var isOver atomic.Bool
	for _, member := range members {
		go func() {
			var err error
			for acquired := 0; err == nil && !isOver.Load(); {
				if acquired, err = member.fetch(shareRecords); acquired > 0 {
					arrived <- time.Now()
				}
			}
			if err == nil {
				err = member.leave()
			}
			failed <- err
		}()
	}
	batch, _ := buildBatch(*size, 0)
	var took, written []time.Duration
	cpu := cpuSeconds(s.pid)
	for n, end := 0, time.Now().Add(time.Duration(*seconds*float64(time.Second))); time.Now().Before(end); n++ {
		time.Sleep(*pause)
		sent := time.Now()
		if err := write(writer, s.target, *acks, map[int32][]byte{int32(n % s.partitions): batch}); err != nil {
			return nil, err
		}
		written = append(written, time.Since(sent))
		select {
		case at := <-arrived:
			took = append(took, at.Sub(sent))
		case err := <-failed:
			return nil, fmt.Errorf("a member ended: %w", err)
		case <-time.After(10 * time.Second):
			return nil, errors.New("a record was not delivered")
		}
	}
	used := cpuSeconds(s.pid) - cpu
	isOver.Store(true)
	for range members {
		if err := <-failed; err != nil {
			return nil, err
		}
	}
	at, wrote := quantiles(took, 0.5, 0.99, 1), quantiles(written, 0.5, 0.99)
	return deliveryResult{len(took), at[0], at[1], at[2], wrote[0], wrote[1], used}, nil
}

// drain takes and accepts all that is there.
func (m *shareMember) drain() error {
	for {
		if acquired, err := m.fetch(shareRecords); err != nil || acquired == 0 {
			return err
		}
	}
}
