package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

type fillResult struct {
	Offsets int     `json:"offsets"`
	Seconds float64 `json:"seconds"`
}

// fill commits an offset for every partition of the topic in many groups.
func fill(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("fill", flag.ExitOnError)
	t := targetFlags(flags)
	groups := flags.Int("groups", 10_000, "groups")
	connections := flags.Int("connections", 32, "connections")
	flags.Parse(args)
	start := time.Now()
	wires, err := dialAll(t.bootstrap, *connections)
	if err != nil {
		return nil, err
	}
	err = onEach(wires, func(c int, w *wire) (err error) {
		for n := c; n < *groups && err == nil; n += *connections {
			err = commitWhenReady(w, commitRequest(filledGroup(n), t, int64(n)))
		}
		return err
	})
	return fillResult{*groups * t.partitions, time.Since(start).Seconds()}, err
}

func filledGroup(n int) string {
	return fmt.Sprintf("filled-%d", n)
}

type loadedResult struct {
	LoadedMs     float64 `json:"loadedMs"`
	OthersP50Ms  float64 `json:"othersP50Ms"`
	OthersP99Ms  float64 `json:"othersP99Ms"`
	OthersMaxMs  float64 `json:"othersMaxMs"`
	OthersCount  int     `json:"othersCount"`
	AlwaysLoaded bool    `json:"alwaysLoaded"`
}

// loaded asks for the offsets of many groups until all coordinators answer, and meanwhile sends other requests.
func loaded(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("loaded", flag.ExitOnError)
	t := targetFlags(flags)
	groups := flags.Int("groups", 200, "groups to ask about: some of each coordinator's")
	rate := flags.Int("rate", 500, "other requests a second")
	seconds := flags.Float64("seconds", 0, "other requests for so long at least")
	flags.Parse(args)
	start := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	others := make(chan []time.Duration, 1)
	go func() { others <- askOthers(ctx, t, *rate) }()
	w, err := dial(t.bootstrap)
	if err != nil {
		return nil, err
	}
	waits := 0
	for n := range *groups {
		waited, err := fetchWhenLoaded(w, filledGroup(n), t.partitions)
		if err != nil {
			return nil, err
		}
		waits += waited
	}
	took := time.Since(start)
	time.Sleep(time.Until(start.Add(time.Duration(*seconds * float64(time.Second)))))
	cancel()
	latencies := <-others
	at := quantiles(latencies, 0.5, 0.99, 1)
	return loadedResult{float64(took.Microseconds()) / 1000, at[0], at[1], at[2], len(latencies), waits == 0}, nil
}

// askOthers sends requests on a fixed schedule that have nothing to do with groups. Latency counts from when one was
// due, so that a stall is not hidden by what was not sent meanwhile.
func askOthers(ctx context.Context, t *target, rate int) []time.Duration {
	var took []time.Duration
	w, err := dial(t.bootstrap)
	if err != nil {
		return nil
	}
	req := kmsg.NewPtrMetadataRequest()
	topic := kmsg.NewMetadataRequestTopic()
	topic.Topic = kmsg.StringPtr(t.topic)
	req.Version, req.Topics = 12, []kmsg.MetadataRequestTopic{topic}
	for due := time.Now(); ctx.Err() == nil; due = due.Add(time.Second / time.Duration(rate)) {
		time.Sleep(time.Until(due))
		if _, err := w.ask(req); err != nil {
			break
		}
		took = append(took, time.Since(due))
	}
	return took
}

// fetchWhenLoaded also checks that nothing is missing.
func fetchWhenLoaded(w *wire, group string, partitions int) (waits int, err error) {
	req := kmsg.NewPtrOffsetFetchRequest()
	req.Version = 8
	one := kmsg.NewOffsetFetchRequestGroup()
	one.Group = group
	req.Groups = []kmsg.OffsetFetchRequestGroup{one}
	for ; waits < 60_000; waits++ {
		answer, err := w.ask(req)
		if err != nil {
			return waits, err
		}
		resp := answer.(*kmsg.OffsetFetchResponse).Groups[0]
		switch err := kerr.ErrorForCode(resp.ErrorCode); {
		case err != nil && kerr.IsRetriable(err):
			time.Sleep(2 * time.Millisecond)
			continue
		case err != nil:
			return waits, err
		case len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != partitions:
			return waits, fmt.Errorf("%s lacks offsets", group)
		}
		return waits, nil
	}
	return waits, errors.New("the coordinator does not load")
}
