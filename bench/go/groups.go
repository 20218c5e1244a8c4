package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// groupFlags are what the commands about members of groups are told.
type groupFlags struct {
	*target
	protocol string
	groups   int
	members  int
	prefix   string
	every    time.Duration
	pid      int
}

func newGroupFlags(flags *flag.FlagSet) *groupFlags {
	g := groupFlags{target: targetFlags(flags)}
	flags.StringVar(&g.protocol, "protocol", "classic", "classic, consumer (KIP-848) or share (KIP-932)")
	flags.IntVar(&g.groups, "groups", 1, "groups")
	flags.IntVar(&g.members, "members", 10, "members of each group")
	flags.StringVar(&g.prefix, "prefix", "bench-group", "of the groups' names")
	flags.DurationVar(&g.every, "heartbeat", 3*time.Second, "heartbeat interval; the new protocol's broker says its own")
	flags.IntVar(&g.pid, "pid", 0, "the broker's process")
	return &g
}

func (g *groupFlags) newMember(w *wire, group string) member {
	switch g.protocol {
	case "consumer":
		return newConsumerMember(w, group, g.target)
	case "share":
		return newShareMember(w, group, g.topic)
	}
	return &classicMember{wire: w, group: group, target: g.target, every: g.every}
}

// group is some members who step on their own until they have settled, and then further.
type group struct {
	members []member
	// What each said last, as settled() tells it.
	states  []atomic.Int64
	changed chan struct{}
}

func newGroup(g *groupFlags, name string, wires []*wire) *group {
	all := &group{states: make([]atomic.Int64, g.members), changed: make(chan struct{}, 1)}
	for i := range g.members {
		all.members = append(all.members, g.newMember(wires[i], name))
	}
	return all
}

func (g *group) step(i int) error {
	err := g.members[i].step()
	epoch, partitions := g.members[i].settled()
	if g.states[i].Swap(int64(epoch)<<32|int64(partitions)) != g.states[i].Load() {
		select {
		case g.changed <- struct{}{}:
		default:
		}
	}
	return err
}

// isSettled: all members are in one generation, and together they have all partitions.
func (g *group) isSettled(partitions int) bool {
	epoch, held := g.states[0].Load()>>32, 0
	for i := range g.states {
		state := g.states[i].Load()
		if state>>32 != epoch {
			return false
		}
		held += int(state & 0xffffffff)
	}
	return epoch > 0 && held == partitions
}

// settle lets all members join at once and heartbeat until they have settled, at least as often as `pause` says.
func (g *group) settle(ctx context.Context, partitions int, pause time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for i := range g.members {
		running.Go(func() {
			for ctx.Err() == nil {
				if err := g.step(i); err != nil {
					cancel(fmt.Errorf("member %d: %w", i, err))
					return
				}
				select {
				case <-ctx.Done():
				case <-time.After(min(pause, g.members[i].interval())):
				}
			}
		})
	}
	for ctx.Err() == nil && !g.isSettled(partitions) {
		select {
		case <-ctx.Done():
		case <-g.changed:
		}
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	cancel(nil)
	running.Wait()
	return nil
}

type joinResult struct {
	// Until every member was answered for the first time: classic ones are told their ids, others that they are in.
	AdmittedMs float64 `json:"admittedMs"`
	// Until every member had come into the generation or epoch that they settled in.
	MovedMs  float64 `json:"movedMs"`
	StableMs float64 `json:"stableMs"`
	// Of the broker, and of the members.
	CpuSeconds       float64 `json:"cpuSeconds"`
	ClientCpuSeconds float64 `json:"clientCpuSeconds"`
	Requests         int     `json:"requests"`
	// The generation or epoch that they settled in.
	Generation int64 `json:"generation"`
}

// join lets the members of one new group come at once and tells how long it takes until each has its partitions.
func join(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("join", flag.ExitOnError)
	g := newGroupFlags(flags)
	flags.Parse(args)
	name := fmt.Sprintf("%s-%d", g.prefix, time.Now().UnixNano())
	wires, err := dialAll(g.bootstrap, g.members)
	if err != nil {
		return nil, err
	}
	if err := coordinated(wires[0], name); err != nil {
		return nil, err
	}
	start, cpu, ownCpu := time.Now(), cpuSeconds(g.pid), ownCpuSeconds()
	all := newGroup(g, name, wires)
	err = all.settle(ctx, g.partitions, g.every)
	result := joinResult{StableMs: millis(time.Since(start)), Generation: all.states[0].Load() >> 32}
	result.CpuSeconds, result.ClientCpuSeconds = cpuSeconds(g.pid)-cpu, ownCpuSeconds()-ownCpu
	for _, member := range all.members {
		// Or its session would end while another join is measured.
		if leaver, ok := member.(interface{ leave() error }); ok && err == nil {
			err = leaver.leave()
		}
		seen := member.progress()
		result.AdmittedMs = max(result.AdmittedMs, millis(seen.admitted.Sub(start)))
		result.MovedMs = max(result.MovedMs, millis(seen.moved.Sub(start)))
		result.Requests += seen.requests
	}
	return result, err
}

func millis(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}

type heartbeatResult struct {
	SettledSeconds float64         `json:"settledSeconds"`
	Spans          []heartbeatSpan `json:"spans"`
}

type heartbeatSpan struct {
	Heartbeats int64   `json:"heartbeats"`
	Seconds    float64 `json:"seconds"`
	CpuSeconds float64 `json:"cpuSeconds"`
}

// heartbeat lets many groups settle, some at a time, and then does nothing but heartbeats, for some spans of time.
// Members share connections if there are fewer lanes than groups: each lane has a connection for each member of a group.
func heartbeat(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("heartbeat", flag.ExitOnError)
	g := newGroupFlags(flags)
	lanes := flags.Int("lanes", 0, "0: every member has a connection of its own")
	seconds := flags.Float64("seconds", 5, "each span")
	spans := flags.Int("spans", 1, "spans")
	flags.Parse(args)
	if *lanes == 0 {
		*lanes = g.groups
	}
	began := time.Now()
	all, err := settleLanes(ctx, g, *lanes)
	if err != nil {
		return nil, err
	}
	result := heartbeatResult{SettledSeconds: time.Since(began).Seconds()}
	fmt.Println("settled")
	var count atomic.Int64
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, groups := range all {
		for i := range g.members {
			go func() {
				if err := beat(ctx, groups, i, &count); err != nil {
					cancel(err)
				}
			}()
		}
	}
	for range *spans {
		start, cpu, before := time.Now(), cpuSeconds(g.pid), count.Load()
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(time.Duration(*seconds * float64(time.Second))):
		}
		span := heartbeatSpan{count.Load() - before, time.Since(start).Seconds(), cpuSeconds(g.pid) - cpu}
		result.Spans = append(result.Spans, span)
	}
	return result, nil
}

// settleLanes lets the groups of each lane settle one after the other, some lanes at once.
func settleLanes(ctx context.Context, g *groupFlags, lanes int) ([][]*group, error) {
	const atOnce, settlePause = 50, 50 * time.Millisecond
	all := make([][]*group, lanes)
	errs := make([]error, lanes)
	turns := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for lane := range lanes {
		running.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			wires, err := dialAll(g.bootstrap, g.members)
			for n := lane; n < g.groups && err == nil; n += lanes {
				name := fmt.Sprintf("%s-%d", g.prefix, n)
				group := newGroup(g, name, wires)
				if err = coordinated(wires[0], name); err == nil {
					err = group.settle(ctx, g.partitions, settlePause)
				}
				all[lane] = append(all[lane], group)
			}
			errs[lane] = err
		})
	}
	running.Wait()
	return all, errors.Join(errs...)
}

// beat sends the heartbeats of the i-th member of each of the groups, evenly over the interval.
func beat(ctx context.Context, groups []*group, i int, count *atomic.Int64) error {
	if len(groups) == 0 {
		return nil
	}
	pause := groups[0].members[i].interval() / time.Duration(len(groups))
	next := time.Now().Add(time.Duration(i) * pause / time.Duration(len(groups[0].members)))
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Until(next)):
		}
		if err := groups[n%len(groups)].step(i); err != nil {
			return err
		}
		count.Add(1)
		next = next.Add(pause)
	}
}
