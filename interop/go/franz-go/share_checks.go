package main

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"sluice.dev/interop/contract"
)

const sharePatience = 30 * time.Second

// shareScene is a topic of 90 records and a group that reads it from its beginning; the runner sees to it that nothing is left.
type shareScene struct {
	topic string
	acked *outcome
}

type outcome struct{ err error }

func shareChecks(ctx context.Context, request contract.Request) any {
	checks := contract.Checks{}
	emptied := []string{}
	run := func(name, scene string, check func(context.Context, shareScene) error) {
		topic := request.Topic + "." + scene
		emptied = append(emptied, topic)
		checks.Run(name, func() error { return check(ctx, shareScene{topic: topic}) })
	}
	run("what is polled is accepted with the next poll", "implicit", implicitShares)
	run("accept, release, reject", "explicit", explicitShares)
	run("locks are renewed", "renew", renewedShares)
	run("a closed client gives back what it has not accepted", "closing", closingShares)
	run("members share a partition", "members", sharesOfMembers)
	return map[string]any{"checks": checks, "emptied": emptied}
}

func (s *shareScene) client(options ...kgo.Opt) (*kgo.Client, error) {
	s.acked = &outcome{}
	acked := s.acked
	return client(append([]kgo.Opt{
		kgo.ShareGroup(s.topic + ".group"), kgo.ConsumeTopics(s.topic), kgo.FetchMaxWait(200 * time.Millisecond),
		kgo.ShareAckCallback(func(_ *kgo.Client, results kgo.ShareAckResults) { acked.err = errors.Join(acked.err, results.Error()) }),
	}, options...)...)
}

// take polls until so many records came, and hands each to see before the next poll.
func take(ctx context.Context, cl *kgo.Client, count int, within time.Duration, see func(*kgo.Record)) int {
	taking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	taken := 0
	for taken < count && taking.Err() == nil {
		for _, record := range cl.PollRecords(taking, count-taken).Records() {
			see(record)
			taken++
		}
	}
	return taken
}

func nothing(*kgo.Record) {}

func implicitShares(ctx context.Context, scene shareScene) error {
	cl, err := scene.client()
	if err != nil {
		return err
	}
	times := int32(0)
	count := take(ctx, cl, 90, sharePatience, func(record *kgo.Record) { times = max(times, record.DeliveryCount()) })
	take(ctx, cl, 1, time.Second, nothing)
	err = errors.Join(cl.FlushAcks(ctx), scene.acked.err)
	cl.Close()
	return errors.Join(err, contract.Expect("records", count, 90), contract.Expect("times", times, 1))
}

func explicitShares(ctx context.Context, scene shareScene) error {
	cl, err := scene.client()
	if err != nil {
		return err
	}
	fates := []kgo.AckStatus{kgo.AckAccept, kgo.AckRelease, kgo.AckReject}
	again := 0
	count := take(ctx, cl, 120, sharePatience, func(record *kgo.Record) {
		if record.DeliveryCount() == 1 {
			record.Ack(fates[record.Offset%3])
			return
		}
		err = errors.Join(err, contract.Expect("which comes again", record.Offset%3, 1), contract.Expect("times", record.DeliveryCount(), 2))
		record.Ack(kgo.AckAccept)
		again++
	})
	err = errors.Join(err, cl.FlushAcks(ctx), scene.acked.err)
	cl.Close()
	return errors.Join(err, contract.Expect("deliveries", count, 120), contract.Expect("again", again, 30))
}

func (s *shareScene) first(ctx context.Context, cl *kgo.Client) []*kgo.Record {
	for end := time.Now().Add(sharePatience); time.Now().Before(end); {
		if records := cl.PollRecords(ctx, 10).Records(); len(records) > 0 {
			return records
		}
	}
	return nil
}

// rest accepts all that is left for the group.
func (s *shareScene) rest(ctx context.Context, cl *kgo.Client, count int) error {
	taken := take(ctx, cl, count, sharePatience, func(record *kgo.Record) { record.Ack(kgo.AckAccept) })
	return errors.Join(cl.FlushAcks(ctx), s.acked.err, contract.Expect("what was left", taken, count))
}

func renewedShares(ctx context.Context, scene shareScene) error {
	cl, err := scene.client()
	if err != nil {
		return err
	}
	defer cl.Close()
	records := scene.first(ctx, cl)
	for _, status := range []kgo.AckStatus{kgo.AckRenew, kgo.AckRenew, kgo.AckAccept} {
		for _, record := range records {
			record.Ack(status)
		}
		err = errors.Join(err, cl.FlushAcks(ctx))
	}
	return errors.Join(err, contract.Expect("there are records", len(records) > 0, true), scene.rest(ctx, cl, 90-len(records)))
}

func closingShares(ctx context.Context, scene shareScene) error {
	cl, err := scene.client()
	if err != nil {
		return err
	}
	records := scene.first(ctx, cl)
	if len(records) > 0 {
		records[0].Ack(kgo.AckAccept)
	}
	cl.Close()
	if err = errors.Join(scene.acked.err, contract.Expect("there are others", len(records) > 1, true)); err != nil {
		return err
	}
	other, err := scene.client()
	if err != nil {
		return err
	}
	defer other.Close()
	return scene.rest(ctx, other, 89)
}

func sharesOfMembers(ctx context.Context, scene shareScene) error {
	seen := map[int64]int{}
	both := [2]int{}
	var clients [2]*kgo.Client
	for i := range clients {
		var err error
		if clients[i], err = scene.client(kgo.ShareMaxRecords(5), kgo.ShareMaxRecordsStrict()); err != nil {
			return err
		}
		defer clients[i].Close()
	}
	for end := time.Now().Add(sharePatience); len(seen) < 90 && time.Now().Before(end); {
		for i, cl := range clients {
			both[i] += take(ctx, cl, 5, 200*time.Millisecond, func(record *kgo.Record) { record.Ack(kgo.AckAccept); seen[record.Offset]++ })
		}
	}
	for _, cl := range clients {
		if err := cl.FlushAcks(ctx); err != nil {
			return err
		}
	}
	return errors.Join(contract.Expect("records", len(seen), 90), contract.Expect("deliveries", both[0]+both[1], 90),
		contract.Expect("both have some", both[0] > 0 && both[1] > 0, true))
}
