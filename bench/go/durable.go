package main

import (
	"context"
	"flag"
)

type durableResult struct {
	Records    int     `json:"records"`
	Seconds    float64 `json:"seconds"`
	CpuSeconds float64 `json:"cpuSeconds"`
	P50Ms      float64 `json:"p50Ms"`
	P99Ms      float64 `json:"p99Ms"`
}

// durable is many producers, each with a connection of its own and one record in flight, acks=all, to one partition
// after the other.
func durable(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("durable", flag.ExitOnError)
	t := targetFlags(flags)
	producers := flags.Int("producers", 64, "producers")
	seconds := flags.Float64("seconds", 5, "for so long")
	size := flags.Int("size", 100, "bytes of a value")
	pid := flags.Int("pid", 0, "the broker's process")
	flags.Parse(args)
	batch, _ := buildBatch(*size, 0)
	wires, err := dialAll(t.bootstrap, *producers)
	if err != nil {
		return nil, err
	}
	done, err := press(wires, *seconds, *pid, func(c int, w *wire, n int) error {
		return write(w, t, -1, map[int32][]byte{int32((c + n**producers) % t.partitions): batch})
	})
	if err != nil {
		return nil, err
	}
	at := quantiles(done.took, 0.5, 0.99)
	return durableResult{len(done.took), done.seconds, done.cpuSeconds, at[0], at[1]}, nil
}
