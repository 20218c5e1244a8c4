package main

import (
	"context"
	"flag"
	"fmt"
	"time"
)

// As long as a broker lets a group keep locks that is set to.
const keptLong = ",share.record.lock.duration.ms=3600000"

// hold has many groups of one member each acquire records and keep them, until the process is ended; it says so when all
// have them. Members share connections.
func hold(ctx context.Context, args []string) (any, error) {
	flags := flag.NewFlagSet("hold", flag.ExitOnError)
	s := newShareFlags(flags)
	groups := flags.Int("groups", 1, "groups")
	lanes := flags.Int("lanes", 20, "connections")
	records := flags.Int("records", 100, "records that each group has in flight; so many the topic holds")
	isSplit := flags.Bool("split", false, "every other record is accepted, all behind the first")
	seconds := flags.Float64("seconds", 0, "keep them for so long")
	flags.Parse(args)
	wires, err := dialAll(s.bootstrap, *lanes)
	if err != nil {
		return nil, err
	}
	err = onEach(wires, func(lane int, w *wire) error {
		var members []*shareMember
		for n := lane; n < *groups; n += *lanes {
			group := fmt.Sprintf("%s-%d", s.group, n)
			if err := s.prepare(w, group, fromStart+keptLong); err != nil {
				return err
			}
			members = append(members, newShareMember(w, group, s.topic))
		}
		return holdAll(members, *records, *isSplit)
	})
	if err != nil {
		return nil, err
	}
	fmt.Println("held")
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(*seconds * float64(time.Second))):
	}
	return map[string]int{"groups": *groups, "records": *groups * *records}, nil
}

// holdAll lets all join before it waits for the first: their partitions come with a later heartbeat.
func holdAll(members []*shareMember, records int, isSplit bool) error {
	for _, member := range members {
		if err := member.heartbeat(); err != nil {
			return err
		}
	}
	for _, member := range members {
		if err := member.join(); err != nil {
			return err
		}
		if err := member.acquire(records); err != nil {
			return err
		}
		if isSplit {
			if err := member.acceptEveryOther(); err != nil {
				return err
			}
		}
	}
	return nil
}

// acquire asks until it has them: at the first need the broker still reads what it knows of the group.
func (m *shareMember) acquire(records int) error {
	for range 100 {
		acquired, err := m.fetch(records)
		if err != nil || acquired == records {
			return err
		}
		if acquired > 0 {
			return fmt.Errorf("%s got %d records", m.group, acquired)
		}
	}
	return fmt.Errorf("%s got nothing", m.group)
}

// acceptEveryOther leaves the first one, and with it all behind it stays in flight.
func (m *shareMember) acceptEveryOther() error {
	var odd []heldRecords
	for _, held := range m.held {
		for offset := held.first + 1; offset <= held.last; offset += 2 {
			odd = append(odd, heldRecords{held.topicID, held.partition, offset, offset})
		}
	}
	m.held = odd
	return m.acknowledge(m.session)
}
