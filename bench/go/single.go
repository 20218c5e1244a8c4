package main

import (
	"context"
	"flag"
	"sync"
	"time"
)

type latencyResult struct {
	Requests int     `json:"requests"`
	Seconds  float64 `json:"seconds"`
	P50Ms    float64 `json:"p50Ms"`
	P99Ms    float64 `json:"p99Ms"`
	P999Ms   float64 `json:"p999Ms"`
	MaxMs    float64 `json:"maxMs"`
}

// single sends requests of one record each at a fixed rate over several connections. The schedule does not wait for
// answers (an open loop): a request that is due goes out while earlier ones are still unanswered.
func single(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("single", flag.ExitOnError)
	t := targetFlags(flags)
	rate := flags.Int("rate", 10_000, "requests a second")
	seconds := flags.Int("seconds", 10, "for so long")
	connections := flags.Int("connections", 16, "connections")
	size := flags.Int("size", 100, "bytes of a value")
	acks := flags.Int("acks", -1, "acks")
	flags.Parse(args)
	batch, _ := buildBatch(*size, 0)
	perConnection := *rate * *seconds / *connections
	latencies := make([][]time.Duration, *connections)
	errs := make([]error, *connections)
	start := time.Now().Add(500 * time.Millisecond)
	var running sync.WaitGroup
	for c := range *connections {
		running.Go(func() {
			cl, err := t.connect(withAcks(*acks)...)
			if err != nil {
				errs[c] = err
				return
			}
			defer cl.Close()
			place, err := t.place(ctx, cl)
			if err != nil {
				errs[c] = err
				return
			}
			took := make([]time.Duration, perConnection)
			var mutex sync.Mutex
			var unanswered sync.WaitGroup
			for n := range perConnection {
				due := start.Add(time.Duration(n**connections+c) * time.Second / time.Duration(*rate))
				time.Sleep(time.Until(due))
				unanswered.Go(func() {
					sent := time.Now()
					err := sendBatch(ctx, cl, t, place, int32((n+c)%t.partitions), batch, *acks)
					took[n] = time.Since(sent)
					if err != nil {
						mutex.Lock()
						errs[c] = err
						mutex.Unlock()
					}
				})
			}
			unanswered.Wait()
			latencies[c] = took
		})
	}
	running.Wait()
	elapsed := time.Since(start)
	var all []time.Duration
	for c := range latencies {
		if errs[c] != nil {
			return nil, errs[c]
		}
		all = append(all, latencies[c]...)
	}
	at := quantiles(all, 0.5, 0.99, 0.999, 1)
	return latencyResult{len(all), elapsed.Seconds(), at[0], at[1], at[2], at[3]}, nil
}
