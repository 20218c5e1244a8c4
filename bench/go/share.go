package main

import (
	"context"
	"errors"
	"flag"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	groupResource       = 32
	alterConfigsVersion = 1
	fromStart           = "share.auto.offset.reset=earliest"
)

func newShareFlags(flags *flag.FlagSet) *shareFlags {
	s := shareFlags{target: targetFlags(flags)}
	flags.IntVar(&s.members, "members", 1, "members of the group")
	flags.StringVar(&s.group, "group", "bench-share", "name of the group")
	flags.IntVar(&s.pid, "pid", 0, "the broker's process")
	return &s
}

type shareResult struct {
	Records    int64   `json:"records"`
	Requests   int     `json:"requests"`
	Seconds    float64 `json:"seconds"`
	CpuSeconds float64 `json:"cpuSeconds"`
	// Of a request that accepts some records and acquires others.
	P50Ms float64 `json:"p50Ms"`
	P99Ms float64 `json:"p99Ms"`
}

// share has the members of a new group take what is in the topic and accept it, for some time.
func share(_ context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("share", flag.ExitOnError)
	s := newShareFlags(flags)
	seconds := flags.Float64("seconds", 5, "for so long")
	records := flags.Int("records", shareRecords, "records that a member asks for at once")
	held := flags.Int64("held", 0, "records that the topic holds")
	flags.Parse(args)
	members, err := s.joinAll()
	if err != nil {
		return nil, err
	}
	wires := make([]*wire, len(members))
	for i, member := range members {
		wires[i] = member.wire
		// The first need brings up what is made only once.
		if _, err := member.fetch(*records); err != nil {
			return nil, err
		}
	}
	var accepted atomic.Int64
	// Whoever waits for an answer when it is over says nothing of what was done until then.
	end := time.Now().Add(time.Duration(*seconds * float64(time.Second)))
	done, err := press(wires, *seconds, s.pid, func(c int, _ *wire, _ int) error {
		before := members[c].heldCount()
		_, err := members[c].fetch(*records)
		if time.Now().Before(end) {
			accepted.Add(before)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if rest := int64(2 * *records * s.members); accepted.Load()+rest > *held {
		return nil, errors.New("the topic holds too little")
	}
	for _, member := range members {
		if err := member.leave(); err != nil {
			return nil, err
		}
	}
	at := quantiles(done.took, 0.5, 0.99)
	return shareResult{accepted.Load(), len(done.took), *seconds, done.cpuSeconds, at[0], at[1]}, nil
}

// joinAll makes a group; all its members have partitions.
func (s *shareFlags) joinAll() ([]*shareMember, error) {
	wires, err := dialAll(s.bootstrap, s.members)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(wires[0], s.group, fromStart); err != nil {
		return nil, err
	}
	members := make([]*shareMember, len(wires))
	return members, onEach(wires, func(c int, w *wire) error {
		members[c] = newShareMember(w, s.group, s.topic)
		return members[c].join()
	})
}

// prepare finds the group's coordinator and configures the group.
func (s *shareFlags) prepare(w *wire, group, configs string) error {
	if err := findCoordinator(w, group); err != nil {
		return err
	}
	req := kmsg.NewPtrIncrementalAlterConfigsRequest()
	req.Version = alterConfigsVersion
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType, resource.ResourceName = groupResource, group
	for name, value := range settings(configs) {
		config := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
		config.Name, config.Value = name, &value
		resource.Configs = append(resource.Configs, config)
	}
	req.Resources = append(req.Resources, resource)
	answer, err := w.ask(req)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(answer.(*kmsg.IncrementalAlterConfigsResponse).Resources[0].ErrorCode)
}
